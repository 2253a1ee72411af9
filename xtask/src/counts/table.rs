//! Numbers of workloads: read, compared, written.

use crate::error::{Error, Result};
use std::{collections::BTreeSet, fmt};

/// Blocks in the order of the text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table(Vec<Block>);

/// A workload with a number of threads: `W2, 1 thread`, and a line for each of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    name: String,
    lines: Vec<Line>,
}

/// `  product: calls 9, read 1024`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    numbers: Vec<(String, u64)>,
}

impl Table {
    /// Reads a text; lines that begin with `#` are comments.
    pub fn parse(text: &str) -> Result<Self> {
        let mut blocks: Vec<Block> = Vec::new();
        for line in text.lines() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || Error::failed(format!("counts: not a line of numbers: {line:?}"));
            if !line.starts_with(' ') {
                blocks.push(Block {
                    name: line.trim_end().into(),
                    lines: Vec::new(),
                });
                continue;
            }
            let block = blocks.last_mut().ok_or_else(wrong)?;
            block.lines.push(Line::parse(line.trim()).ok_or_else(wrong)?);
        }
        Ok(Self(blocks))
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        let lines = self.0.iter().flat_map(|block| &block.lines);
        lines.map(|line| line.numbers.len()).sum()
    }

    fn block(&self, name: &str) -> Option<&Block> {
        self.0.iter().find(|block| block.name == name)
    }

    /// The levels of the instruction set of the machines on which this was counted.
    fn levels(&self) -> BTreeSet<&str> {
        let lines = self.0.iter().flat_map(|block| &block.lines);
        lines.filter_map(Line::level).collect()
    }

    /// What is different `now`, a line for each number, without levels that are not in both; what is so with one thread and with two, once.
    pub fn compare(&self, now: &Self) -> Vec<String> {
        let levels = &self.levels() & &now.levels();
        let mut differences = Vec::new();
        for before in &self.0 {
            let name = before.name.as_str();
            match now.block(name) {
                None => differences.push((name, "is not counted any more".into())),
                Some(block) => {
                    let here = before.compare(block, &levels);
                    differences.extend(here.into_iter().map(|difference| (name, difference)));
                }
            }
        }
        let new = now.0.iter().filter(|block| self.block(&block.name).is_none());
        differences.extend(new.map(|block| (block.name.as_str(), "is new".into())));
        joined(&differences)
    }

    /// With the lines of levels that were counted `before`, but not on this machine.
    #[must_use]
    pub fn with_levels_of(mut self, before: &Self) -> Self {
        let levels: BTreeSet<String> = self.levels().into_iter().map(str::to_owned).collect();
        let levels = levels.iter().map(String::as_str).collect();
        for block in &mut self.0 {
            let Some(before) = before.block(&block.name) else {
                continue;
            };
            let lacking = before.lines.iter().filter(|line| line.is_lacking(&levels));
            block.lines.extend(lacking.cloned());
            block.lines.sort_by_key(Line::place);
        }
        self
    }
}

impl Block {
    fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    fn compare(&self, now: &Self, levels: &BTreeSet<&str>) -> Vec<String> {
        let mut differences = Vec::new();
        let lines = self.lines.iter().filter(|line| !line.is_lacking(levels));
        let new = now
            .lines
            .iter()
            .filter(|line| !line.is_lacking(levels) && self.line(&line.name).is_none());
        for name in lines.chain(new).map(|line| &line.name) {
            let numbers = |block: &Self| -> Vec<(String, u64)> {
                block
                    .line(name)
                    .map_or_else(Vec::new, |line| line.numbers.clone())
            };
            let (before, after) = (numbers(self), numbers(now));
            let names = before
                .iter()
                .chain(after.iter().filter(|(name, _)| get(&before, name).is_none()));
            for (number, _) in names {
                // What never happens has no line.
                let [before, after] = [&before, &after].map(|numbers| get(numbers, number).unwrap_or(0));
                if before != after {
                    let percent = percent(before, after);
                    differences.push(format!("{name} {number}: {before} -> {after} ({percent})"));
                }
            }
        }
        differences
    }
}

/// The workload and what is different, without what is different for two threads as it is for one.
fn joined(differences: &[(&str, String)]) -> Vec<String> {
    let has = |name: &str, difference: &String| {
        { differences.iter() }.any(|(each, other)| *each == name && other == difference)
    };
    let line = |(name, difference): &(&str, String)| match name.split_once(", ") {
        Some((workload, "1 thread")) if has(&format!("{workload}, 2 threads"), difference) => {
            Some(format!("{workload}: {difference}"))
        }
        Some((workload, "2 threads")) if has(&format!("{workload}, 1 thread"), difference) => None,
        _ => Some(format!("{name}: {difference}")),
    };
    differences.iter().filter_map(line).collect()
}

fn get(numbers: &[(String, u64)], name: &str) -> Option<u64> {
    let (_, number) = numbers.iter().find(|(each, _)| each == name)?;
    Some(*number)
}

fn percent(before: u64, after: u64) -> String {
    match (before, after) {
        (0, _) => "new".into(),
        (_, 0) => "gone".into(),
        _ => format!("{:+.1} %", (after as f64 / before as f64 - 1.0) * 100.0),
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (name, numbers) = line.split_once(": ")?;
        let number = |pair: &str| {
            let (name, number) = pair.split_once(' ')?;
            Some((name.into(), number.parse().ok()?))
        };
        Some(Self {
            name: name.into(),
            numbers: numbers.split(", ").map(number).collect::<Option<_>>()?,
        })
    }

    /// The level it belongs to, if it belongs to one.
    fn level(&self) -> Option<&str> {
        let (_, level) = self.name.split_once(' ')?;
        Some(level)
    }

    /// Whether it belongs to a level that is not among these.
    fn is_lacking(&self, levels: &BTreeSet<&str>) -> bool {
        self.level().is_some_and(|level| !levels.contains(level))
    }

    /// First what belongs to no level, in its order, then by name and level.
    fn place(&self) -> Option<(String, String)> {
        let (name, level) = self.name.split_once(' ')?;
        Some((name.into(), level.into()))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for block in &self.0 {
            writeln!(f, "\n{}", block.name)?;
            for line in &block.lines {
                let numbers = line
                    .numbers
                    .iter()
                    .map(|(name, number)| format!("{name} {number}"));
                writeln!(f, "  {}: {}", line.name, numbers.collect::<Vec<_>>().join(", "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "\
# A comment.

W1, 1 thread
  buffers: taken 5, bytes 640
  product: calls 8, read 1000
  packing avx2: calls 2, read 32
  packing avx512: calls 4, read 64
  packing baseline: calls 1, read 16

W1, 2 threads
  scratch avx2: taken 3
";

    fn table(text: &str) -> Table {
        Table::parse(text).unwrap()
    }

    /// What is different after some words were replaced.
    fn differences(replacements: &[(&str, &str)]) -> Vec<String> {
        let mut now = BEFORE.to_owned();
        for (from, to) in replacements {
            assert!(now.contains(from), "{from:?}");
            now = now.replace(from, to);
        }
        table(BEFORE).compare(&table(&now))
    }

    #[test]
    fn a_text_is_written_as_it_was_read() {
        let table = table(BEFORE);
        assert_eq!(table.len(), 11);
        assert_eq!(table.to_string(), BEFORE.replace("# A comment.\n", ""));
        assert_eq!(Table::parse(&table.to_string()).unwrap(), table);
        assert_eq!(Table::parse("").unwrap(), Table::default());
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for text in [
            "  product: calls 1",
            "W1\n  product: calls",
            "W1\n  product calls 1",
            "W1\n  product: calls -1",
        ] {
            assert!(Table::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_same_is_no_difference() {
        assert_eq!(differences(&[]), [""; 0]);
    }

    #[test]
    fn more_and_less_of_anything_are_differences() {
        assert_eq!(
            differences(&[
                ("taken 5, bytes 640", "taken 6, bytes 800"),
                ("read 1000", "read 500")
            ]),
            [
                "W1, 1 thread: buffers taken: 5 -> 6 (+20.0 %)",
                "W1, 1 thread: buffers bytes: 640 -> 800 (+25.0 %)",
                "W1, 1 thread: product read: 1000 -> 500 (-50.0 %)",
            ]
        );
        assert_eq!(
            differences(&[("taken 3", "taken 4")]),
            ["W1, 2 threads: scratch avx2 taken: 3 -> 4 (+33.3 %)"]
        );
    }

    #[test]
    fn what_is_so_with_one_thread_and_with_two_is_said_once() {
        let text = "W2, 1 thread\n  copy: calls 1, read 4\nW2, 2 threads\n  copy: calls 1, read 4\n";
        let now = text.replace("calls 1, read 4", "calls 3, read 12");
        assert_eq!(
            table(text).compare(&table(&now)),
            [
                "W2: copy calls: 1 -> 3 (+200.0 %)",
                "W2: copy read: 4 -> 12 (+200.0 %)"
            ]
        );
        let now = now.replacen("read 12", "read 4", 1);
        assert_eq!(
            table(text).compare(&table(&now)),
            [
                "W2: copy calls: 1 -> 3 (+200.0 %)",
                "W2, 2 threads: copy read: 4 -> 12 (+200.0 %)"
            ]
        );
    }

    #[test]
    fn rows_that_come_and_go_are_differences() {
        assert_eq!(
            differences(&[("  buffers: taken 5, bytes 640\n", "  copy: calls 1\n")]),
            [
                "W1, 1 thread: buffers taken: 5 -> 0 (gone)",
                "W1, 1 thread: buffers bytes: 640 -> 0 (gone)",
                "W1, 1 thread: copy calls: 0 -> 1 (new)",
            ]
        );
    }

    #[test]
    fn workloads_that_come_and_go_are_differences() {
        assert_eq!(
            differences(&[("W1, 2 threads", "W2, 2 threads")]),
            ["W1, 2 threads: is not counted any more", "W2, 2 threads: is new"]
        );
    }

    #[test]
    fn a_level_that_the_machine_lacks_is_not_compared_but_kept() {
        let without = BEFORE.replace("  packing avx512: calls 4, read 64\n", "");
        let (before, now) = (table(BEFORE), table(&without));
        assert_eq!(before.compare(&now), [""; 0]);
        assert_eq!(now.with_levels_of(&before), before);
        // Nor is one that the machine has and the other had not.
        assert_eq!(table(&without).compare(&before), [""; 0]);
        // Where the machine has the level (which another line shows), a line that is missing is one that never happened.
        let without = BEFORE.replace("  packing avx2: calls 2, read 32\n", "");
        assert_eq!(
            before.compare(&table(&without)),
            [
                "W1, 1 thread: packing avx2 calls: 2 -> 0 (gone)",
                "W1, 1 thread: packing avx2 read: 32 -> 0 (gone)",
            ]
        );
        assert_ne!(table(&without).with_levels_of(&before), before);
    }
}
