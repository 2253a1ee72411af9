//! Numbers of workloads: read, compared, written.

use crate::error::{Error, Result};
use std::fmt;

/// Levels of the instruction set, which a machine may lack; they stand behind the name of a line.
const LEVELS: [&str; 3] = ["baseline", "avx2", "avx512"];

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

    /// The levels that the machine has on which this was counted; not known of nothing.
    fn levels(&self) -> Vec<&'static str> {
        let counted = |level: &&str| {
            let mut lines = self.0.iter().flat_map(|block| &block.lines);
            lines.any(|line| line.level() == Some(level))
        };
        LEVELS.into_iter().filter(counted).collect()
    }

    /// What is different `now`, a line for each number, without levels that the machine of now lacks.
    pub fn compare(&self, now: &Self) -> Vec<String> {
        let levels = now.levels();
        let mut differences = Vec::new();
        for before in &self.0 {
            match now.block(&before.name) {
                None => differences.push(format!("{}: is not counted any more", before.name)),
                Some(block) => before.compare(block, &levels, &mut differences),
            }
        }
        let new = now.0.iter().filter(|block| self.block(&block.name).is_none());
        differences.extend(new.map(|block| format!("{}: is new", block.name)));
        differences
    }

    /// With the lines of levels that were counted `before`, but not on this machine.
    #[must_use]
    pub fn with_levels_of(mut self, before: &Self) -> Self {
        let levels = self.levels();
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

    fn compare(&self, now: &Self, levels: &[&str], differences: &mut Vec<String>) {
        let lines = self.lines.iter().filter(|line| !line.is_lacking(levels));
        let new = now.lines.iter().filter(|line| self.line(&line.name).is_none());
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
                    differences.push(format!(
                        "{}: {name} {number}: {before} -> {after} ({percent})",
                        self.name
                    ));
                }
            }
        }
    }
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
    fn is_lacking(&self, levels: &[&str]) -> bool {
        self.level().is_some_and(|level| !levels.contains(&level))
    }

    /// First what belongs to no level, in its order, then by name and level.
    fn place(&self) -> Option<(String, Option<usize>)> {
        let (name, level) = self.name.split_once(' ')?;
        Some((name.into(), LEVELS.iter().position(|each| *each == level)))
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
  packing baseline: calls 1, read 16
  packing avx2: calls 2, read 32
  packing avx512: calls 4, read 64

W1, 2 threads
  divided avx2: times 3
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
            differences(&[("times 3", "times 4")]),
            ["W1, 2 threads: divided avx2 times: 3 -> 4 (+33.3 %)"]
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
        // Where the machine has the level, a line that is missing is one that never happened.
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
