//! What a step does, counted: the same numbers on every machine.
//!
//! A block for each workload: its name and the number of threads, then a line for each row of [`Counts`], `  product: calls 9, read 1024, ...`.
//! What depends on the level of the instruction set comes once for each level that the machine has: `  packing avx2: ...`.

mod workloads;

use crate::{Result, Run};
use backprop_tensor::{
    counters::{self, Allocator, Counts, Row},
    pool,
    simd::{self, Level},
};
use std::{collections::BTreeMap, fmt};
use workloads::WORKLOADS;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Steps that come first and do not count: after them, the pool and all lists are as large as they need to be.
const WARM_UP: usize = 3;

/// Steps that count, all of them alike.
const STEPS: usize = 3;

/// What depends on the level: how wide a vector is decides which products pack their operands.
const OF_LEVEL: [&str; 2] = ["packing", "scratch"];

/// What a step of a workload does, a line each.
type Lines = Vec<String>;

/// Something to count: hands its step to the function.
struct Workload {
    name: &'static str,
    run: fn(Run<'_>) -> Result<()>,
}

/// Prints the blocks of the workloads of these names, of all if there are none.
pub fn run(threads: usize, names: &[String]) -> Result<()> {
    if let Some(name) = names
        .iter()
        .find(|name| WORKLOADS.iter().all(|workload| workload.name != **name))
    {
        return Err(format!("there is no workload {name:?} to count").into());
    }
    for workload in WORKLOADS {
        if names.is_empty() || names.iter().any(|name| name == workload.name) {
            let plural = if threads == 1 { "" } else { "s" };
            println!("{}, {threads} thread{plural}", workload.name);
            let lines = lines(workload, threads).map_err(|error| format!("{}: {error}", workload.name))?;
            lines.iter().for_each(|line| println!("  {line}"));
        }
    }
    Ok(())
}

/// The lines of a workload, counted at each level that the machine has.
fn lines(workload: &Workload, threads: usize) -> Result<Lines> {
    let levels = [Level::Baseline, Level::Avx2, Level::Avx512];
    let mut common: Option<Lines> = None;
    let mut of_levels = BTreeMap::new();
    for level in levels.into_iter().filter(|&level| level <= simd::detected()) {
        simd::set_level(level);
        // The lowest level of another architecture has other tiles.
        let label = match std::env::consts::ARCH {
            "x86_64" => level.to_string(),
            other => other.to_owned(),
        };
        let counts = count(workload, threads)?;
        let is_common = |row: &&Row| !OF_LEVEL.contains(&row.name);
        let here: Lines = { counts.iter().filter(is_common) }
            .map(|row| line(row.name, row))
            .collect();
        same(
            common.get_or_insert_with(|| here.clone()),
            &here,
            format_args!("at the level {level}"),
        )?;
        for row in counts.iter().filter(|row| !is_common(row)) {
            of_levels.insert(
                (row.name, label.clone()),
                line(&format!("{} {label}", row.name), row),
            );
        }
    }
    let mut lines = common.unwrap_or_default();
    lines.extend(of_levels.into_values());
    Ok(lines)
}

/// What one step does, each of several.
fn count(workload: &Workload, threads: usize) -> Result<Vec<Row>> {
    // What an earlier workload has left there would be used by this one.
    pool::clear();
    let mut rows = None;
    (workload.run)(&mut |step| {
        for _ in 0..WARM_UP {
            step()?;
        }
        let mut steps = Vec::with_capacity(STEPS);
        for _ in 0..STEPS {
            let before = counters::counts();
            step()?;
            steps.push(counters::counts().since(&before));
        }
        let steps: Vec<Vec<Row>> = steps.iter().map(|counts| kept(counts, threads)).collect();
        alike(&steps)?;
        rows = steps.into_iter().next();
        Ok(())
    })?;
    Ok(rows.ok_or("it makes no step")?)
}

/// The rows that are the same each time. With several threads, it depends on who is first which of them gets which buffer, and how long
/// their list of work becomes: so what the system was asked for is no part of them.
fn kept(counts: &Counts, threads: usize) -> Vec<Row> {
    let mut rows = counts.rows();
    if threads > 1 {
        rows.retain(|row| row.name != "allocations");
        for row in rows.iter_mut().filter(|row| row.name == "buffers") {
            row.numbers.retain(|(name, _)| *name != "new");
        }
    }
    rows
}

/// That no step does more than the one before: what grows would be slower with each.
fn alike(steps: &[Vec<Row>]) -> Result<()> {
    let text = |rows: &Vec<Row>| -> Lines { rows.iter().map(|row| line(row.name, row)).collect() };
    let texts: Vec<Lines> = steps.iter().map(text).collect();
    { texts.windows(2) }.try_for_each(|pair| same(&pair[0], &pair[1], "in a later step"))
}

fn line(label: &str, row: &Row) -> String {
    let numbers: Vec<_> = { row.numbers.iter() }
        .map(|(name, number)| format!("{name} {number}"))
        .collect();
    format!("{label}: {}", numbers.join(", "))
}

/// That both are equal; the error names the lines that differ.
fn same(expected: &[String], found: &[String], when: impl fmt::Display) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let only = |lines: &[String], others: &[String]| -> Vec<String> {
        let only = lines.iter().filter(|line| !others.contains(line));
        only.cloned().collect()
    };
    let (before, now) = (only(expected, found), only(found, expected));
    Err(format!("it does not do the same {when}: {before:?}, then {now:?}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, number: u64) -> Row {
        Row {
            name,
            numbers: vec![("calls", number), ("read", 10 * number)],
        }
    }

    #[test]
    fn steps_are_alike_until_one_does_more_or_less() {
        let step = |calls| vec![row("copy", 1), row("product", calls)];
        assert!(alike(&[step(4), step(4), step(4)]).is_ok());
        for other in [3, 5] {
            let error = alike(&[step(4), step(4), step(other)]).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "it does not do the same in a later step: [\"product: calls 4, read 40\"], then [\"product: calls {other}, read {}\"]",
                    10 * other
                )
            );
        }
        let error = alike(&[step(4), step(4)[..1].to_vec()]).unwrap_err().to_string();
        assert!(
            error.ends_with("[\"product: calls 4, read 40\"], then []"),
            "{error}"
        );
    }

    #[test]
    fn each_name_means_one_workload() {
        let mut names: Vec<_> = WORKLOADS.iter().map(|workload| workload.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), WORKLOADS.len());
        assert!(run(1, &["nothing".into()]).is_err());
    }
}
