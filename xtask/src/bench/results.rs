//! Collecting lines `W2,backprop,2,291.4`, and showing them.

use super::program::Workload;
use std::{collections::BTreeMap, fmt::Write, fs, thread};

/// The name that our own program prints.
const OURS: &str = "backprop";

/// The name under which it prints the least time that the machine's limits allow.
const LIMIT: &str = "limit";

/// Microseconds, by workload and framework, one for each round.
#[derive(Debug, Default)]
pub struct Results {
    /// In the order in which they first appeared: ours, then the peers as listed.
    frameworks: Vec<String>,
    times: BTreeMap<(String, String), Vec<f64>>,
}

impl Results {
    /// Adds a line if it is about one of the workloads; other output is passed over.
    pub fn add(&mut self, line: &str, workloads: &[Workload]) {
        let fields: Vec<&str> = line.trim().split(',').collect();
        let [workload, framework, _, time] = fields[..] else {
            return;
        };
        let Ok(time) = time.parse::<f64>() else { return };
        if workloads.iter().any(|known| known.name == workload) {
            if !self.frameworks.iter().any(|known| known == framework) {
                self.frameworks.push(framework.into());
            }
            self.times
                .entry((workload.into(), framework.into()))
                .or_default()
                .push(time);
        }
    }

    /// The times of all rounds; none if it was not measured.
    fn times(&self, workload: &str, framework: &str) -> &[f64] {
        let key = (workload.to_owned(), framework.to_owned());
        self.times.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The median over the rounds.
    fn median(&self, workload: &str, framework: &str) -> Option<f64> {
        median(self.times(workload, framework))
    }

    /// The medians in the format of the programs.
    pub fn csv(&self, threads: usize) -> String {
        let mut csv = String::new();
        for (workload, framework) in self.times.keys() {
            if let Some(time) = self.median(workload, framework) {
                let _ = writeln!(csv, "{workload},{framework},{threads},{time:.1}");
            }
        }
        csv
    }

    /// The other frameworks, in the order in which they first appeared.
    fn peers(&self) -> impl Iterator<Item = &String> {
        self.frameworks
            .iter()
            .filter(|framework| ![OURS, LIMIT].contains(&framework.as_str()))
    }

    /// The fastest of the others.
    fn best_peer(&self, workload: &str) -> Option<(&str, f64)> {
        let peers = self.peers();
        peers
            .filter_map(|peer| Some((peer.as_str(), self.median(workload, peer)?)))
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// How many times as fast as the best peer we are, the median over the rounds and the spread; below 1, we are slower.
    fn verdict(&self, workload: &str) -> String {
        let Some((peer, _)) = self.best_peer(workload) else {
            return String::new();
        };
        let pairs = self.times(workload, peer).iter().zip(self.times(workload, OURS));
        let mut ratios: Vec<f64> = pairs.map(|(theirs, ours)| theirs / ours).collect();
        ratios.sort_by(f64::total_cmp);
        match (median(&ratios), &ratios[..]) {
            (Some(ratio), [least, .., most]) => format!("{ratio:.2} × {peer} ({least:.2}–{most:.2})"),
            (Some(ratio), _) => format!("{ratio:.2} × {peer}"),
            (None, _) => String::new(),
        }
    }

    /// A Markdown table of kernels: what they take, and the share of what the machine's limits allow.
    pub fn shares(&self, kernels: &[Workload]) -> String {
        let peers: Vec<&String> = self.peers().collect();
        let mut header = vec!["kernel".to_owned(), OURS.to_owned(), "of the limit".to_owned()];
        header.extend(peers.iter().map(|&peer| peer.clone()));
        header.extend((!peers.is_empty()).then(|| "against the best".to_owned()));
        let mut rows = vec![header];
        for Workload { name, .. } in kernels {
            let share = match (self.median(name, LIMIT), self.median(name, OURS)) {
                (Some(limit), Some(ours)) => format!("{:.0} %", 100.0 * limit / ours),
                _ => String::new(),
            };
            let mut row = vec![name.clone(), self.cell(name, OURS), share];
            row.extend(peers.iter().map(|peer| self.cell(name, peer)));
            row.extend((!peers.is_empty()).then(|| self.verdict(name)));
            rows.push(row);
        }
        markdown(&rows)
    }

    /// A Markdown table with a row a workload, its columns aligned.
    pub fn table(&self, workloads: &[Workload]) -> String {
        let compared = self.frameworks.iter().any(|framework| framework != OURS);
        let mut header = vec!["workload".to_owned()];
        header.extend(self.frameworks.iter().cloned());
        header.extend(compared.then(|| "against the best".to_owned()));
        let mut rows = vec![header];
        for Workload { name, about } in workloads {
            let mut row = vec![format!("{name}: {about}")];
            row.extend(self.frameworks.iter().map(|framework| self.cell(name, framework)));
            row.extend(compared.then(|| self.verdict(name)));
            rows.push(row);
        }
        markdown(&rows)
    }

    fn cell(&self, workload: &str, framework: &str) -> String {
        match self.median(workload, framework) {
            Some(time) if framework == OURS => format!("**{}**", microseconds(time)),
            Some(time) => microseconds(time),
            None => "-".into(),
        }
    }
}

/// The median; none of nothing.
fn median(times: &[f64]) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let upper = *times.get(times.len() / 2)?;
    let lower = *times.get((times.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// Three digits that mean something.
fn microseconds(time: f64) -> String {
    if time < 10.0 {
        format!("{time:.2}")
    } else if time < 100.0 {
        format!("{time:.1}")
    } else {
        format!("{time:.0}")
    }
}

/// Rows as a Markdown table; the first is its header, and all columns but the first are numbers.
fn markdown(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let length = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().map(|row| length(row, column)).max().unwrap_or(0))
        .collect();
    let mut table = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = if column == 0 {
                write!(table, "| {cell:width$} ")
            } else {
                write!(table, "| {cell:>width$} ")
            };
        }
        table.push_str("|\n");
        if index == 0 {
            for (column, width) in widths.iter().enumerate() {
                let _ = write!(
                    table,
                    "| {}{} ",
                    "-".repeat(width - 1),
                    if column == 0 { '-' } else { ':' }
                );
            }
            table.push_str("|\n");
        }
    }
    table
}

/// What the numbers are, and of which machine.
pub fn caption(threads: usize, rounds: usize) -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let processor = processor().unwrap_or_else(|| "unknown processor".into());
    format!(
        "Median microseconds a step, {threads} threads, {processor} ({cores} cores); the median of {rounds} rounds in which the \
         frameworks took turns."
    )
}

/// The name of the processor, where the system tells it in a file.
fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workloads() -> Vec<Workload> {
        ["W1", "W2"]
            .map(|name| Workload {
                name: name.into(),
                about: "a network".into(),
            })
            .to_vec()
    }

    fn results(lines: &[&str]) -> Results {
        let mut results = Results::default();
        lines.iter().for_each(|line| results.add(line, &workloads()));
        results
    }

    #[test]
    fn the_median_is_of_all_rounds() {
        let results = results(&[
            "W1,backprop,2,3.0",
            "W1,backprop,2,1.0",
            "W1,backprop,2,200.0",
            "W1,jax,2,5",
            "W1,jax,2,6",
        ]);
        assert_eq!(results.median("W1", "backprop"), Some(3.0));
        assert_eq!(results.median("W1", "jax"), Some(5.5));
        assert_eq!(results.median("W2", "jax"), None);
        assert_eq!(results.csv(2), "W1,backprop,2,3.0\nW1,jax,2,5.5\n");
    }

    #[test]
    fn other_lines_and_workloads_are_passed_over() {
        let results = results(&["# loss 0.3", "W9,jax,2,1.0", "W1,jax,2", "W1,jax,2,fast", ""]);
        assert!(results.times.is_empty() && results.frameworks.is_empty());
    }

    #[test]
    fn the_table_compares_with_the_fastest_peer() {
        let results = results(&[
            "W1,backprop,2,10.0",
            "W1,slow,2,900.0",
            "W1,fast,2,25.0",
            "W2,backprop,2,250.0",
        ]);
        let table = results.table(&workloads());
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[0],
            "| workload      | backprop | slow | fast | against the best |"
        );
        assert_eq!(
            lines[1],
            "| ------------- | -------: | ---: | ---: | ---------------: |"
        );
        assert_eq!(
            lines[2],
            "| W1: a network | **10.0** |  900 | 25.0 |      2.50 × fast |"
        );
        assert_eq!(
            lines[3],
            "| W2: a network |  **250** |    - |    - |                  |"
        );
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn rounds_show_as_a_spread_of_ratios() {
        let results = results(&[
            "W1,backprop,2,10.0",
            "W1,jax,2,20.0",
            "W1,backprop,2,10.0",
            "W1,jax,2,12.0",
            "W1,backprop,2,20.0",
            "W1,jax,2,30.0",
        ]);
        assert_eq!(results.verdict("W1"), "1.50 × jax (1.20–2.00)");
    }

    #[test]
    fn the_limit_is_no_peer_but_what_shares_are_of() {
        let results = results(&[
            "W1,backprop,2,10.0",
            "W1,gemm,2,20.0",
            "W1,limit,2,4.0",
            "W2,backprop,2,1.0",
        ]);
        let table = results.shares(&workloads());
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[0],
            "| kernel | backprop | of the limit | gemm | against the best |"
        );
        assert_eq!(
            lines[2],
            "| W1     | **10.0** |         40 % | 20.0 |      2.00 × gemm |"
        );
        assert_eq!(
            lines[3],
            "| W2     | **1.00** |              |    - |                  |"
        );
    }

    #[test]
    fn without_peers_there_is_nothing_to_compare() {
        let table = results(&["W1,backprop,2,10.0"]).table(&workloads()[..1]);
        assert_eq!(table.lines().next(), Some("| workload      | backprop |"));
    }
}
