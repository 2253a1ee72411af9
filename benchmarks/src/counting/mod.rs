//! What a step does, counted: the same numbers on every machine.
//!
//! A block for each workload: its name and the number of threads, then a line for each row of [`Counts`], `  product: calls 9, read 1024, ...`.
//! What depends on the level of the instruction set comes once for each level that the machine has: `  packing avx2: ...`.

mod workloads;

use crate::{Result, Step};
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
const OF_LEVEL: [&str; 3] = ["packing", "scratch", "divided"];

/// What a step of a workload does, a line each.
type Lines = Vec<String>;

/// Something to count: hands its step to the function.
struct Workload {
    name: &'static str,
    run: fn(&mut dyn FnMut(Step<'_>) -> Result<()>) -> Result<()>,
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
        let counts = count(workload, threads)?;
        let is_common = |row: &&Row| !OF_LEVEL.contains(&row.name);
        let here: Lines = { counts.iter().filter(is_common) }
            .map(|row| line(row.name, row))
            .collect();
        same(
            common.get_or_insert_with(|| here.clone()),
            &here,
            &format!("at the level {level}"),
        )?;
        for row in counts.iter().filter(|row| !is_common(row)) {
            of_levels.insert((row.name, level), line(&format!("{} {level}", row.name), row));
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
        for later in steps.windows(2) {
            same(&texts(&later[0]), &texts(&later[1]), "in a later step")?;
        }
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

fn texts(rows: &[Row]) -> Lines {
    rows.iter().map(|row| line(row.name, row)).collect()
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
    use backprop_tensor::Tensor;

    /// A workload whose step multiplies two tensors, and more of them each time if it `grows`.
    fn products(run: &mut dyn FnMut(Step<'_>) -> Result<()>, grows: bool) -> Result<()> {
        let x = Tensor::<f32>::ones([4, 4])?;
        let mut times = 1;
        run(&mut || {
            for _ in 0..times {
                x.matmul(&x)?;
            }
            times += usize::from(grows);
            Ok(())
        })
    }

    #[test]
    fn a_step_is_counted_and_one_that_grows_is_found() {
        let mut workload = Workload {
            name: "products",
            run: |run| products(run, false),
        };
        let lines = lines(&workload, 2).unwrap();
        assert_eq!(
            lines[..2],
            [
                "buffers: taken 1, bytes 64",
                "product: calls 1, read 128, written 64, multiplications 64"
            ]
        );
        workload.run = |run| products(run, true);
        let error = count(&workload, 2).unwrap_err().to_string();
        assert!(error.contains("calls 4") && error.contains("calls 5"), "{error}");
    }
}
