//! Three species of iris, told apart by four lengths: with one layer and with two, judged by cross-validation.
//!
//! With 150 flowers, a single test part of 30 says little: one flower more or less is 3 %. So each flower is tested once, by a
//! network that has not seen it (`folds.rs`), and because that still depends on how the flowers were dealt, they are shuffled and
//! dealt again, with the seeds 0, 1, 2 ... What is reported is the mean over all shuffles, and how far they spread.
//!
//! ```text
//! cargo run --release --example iris [-- --shuffles 10]
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
#[path = "../exit_code.rs"]
mod exit_code;
mod folds;
mod networks;
mod pictures;
mod table;

use std::process::ExitCode;

use backprop::datasets::iris;
use folds::Shuffle;
use networks::NETWORKS;

type Error = Box<dyn std::error::Error>;

/// The mean accuracy that both networks must reach.
const GOAL: f64 = 0.96;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            exit_code::of(&*error)
        }
    }
}

fn run() -> Result<bool, Error> {
    let shuffles = shuffles()?;
    let flowers = iris::load()?;
    let mut results = Vec::new();
    for network in &NETWORKS {
        let shuffles = (0..shuffles).map(|seed| Shuffle::run(network, &flowers, seed));
        results.push((network, shuffles.collect::<Result<Vec<_>, _>>()?));
    }

    table::accuracies(&results);
    for (network, shuffles) in &results {
        table::classes(network, &shuffles[0]);
    }
    pictures::save(&results, &flowers)?;

    let reached: Vec<f64> = results
        .iter()
        .map(|(_, shuffles)| table::mean(shuffles))
        .collect();
    let good = reached.iter().all(|&accuracy| accuracy >= GOAL);
    let found: Vec<String> = reached.iter().map(|accuracy| format!("{accuracy:.4}")).collect();
    let verdict = if good { "at least" } else { "NOT both at least" };
    println!("mean accuracy {}: {verdict} {GOAL}", found.join(" and "));
    Ok(good)
}

fn shuffles() -> Result<u64, lexopt::Error> {
    use lexopt::prelude::*;

    let mut shuffles = 10;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("shuffles") => {
                shuffles = parser.value()?.parse_with(|text| match text.parse() {
                    Ok(count @ 1..=1000) => Ok(count),
                    _ => Err("expected a whole number from 1 to 1000"),
                })?;
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(shuffles)
}
