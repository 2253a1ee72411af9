//! The model neuron, and how it came to learn: McCulloch and Pitts, Hebb, Oja.
//!
//! A neuron weighs its inputs and answers with a function of their sum, `Y = f(Σ Xᵢ Wᵢ)`. Read the files in this order:
//!
//! * `activations.rs`: what `f` may be, and its derivative, without which nothing is learned by gradients;
//! * `logic.rs`: neurons with a threshold compute AND, OR, NOT and majorities, but no single one computes XOR;
//! * `hebb.rs`: weights that learn from inputs alone, without a teacher, and find the first principal component.
//!
//! ```text
//! cargo run --release --example neuron [-- --steps 2000 --seed 0]
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
mod activations;
#[path = "../exit_code.rs"]
mod exit_code;
mod hebb;
mod logic;

use std::fmt::Display;
use std::process::ExitCode;
use std::str::FromStr;

type Error = Box<dyn std::error::Error>;

/// Where the pictures go.
const FOLDER: &str = "target/examples/neuron";

const HELP: &str = "\
The model neuron and its history: activations, logic with thresholds, learning without a teacher.

  --steps N   samples that Hebb's and Oja's rules are shown, from 1 on   [2000]
  --seed N    decides the samples                                        [0]
  --help      this text";

struct Options {
    steps: usize,
    seed: u64,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            exit_code::of(&*error)
        }
    }
}

fn run() -> Result<(), Error> {
    let Some(options) = arguments()? else {
        println!("{HELP}");
        return Ok(());
    };
    activations::run()?;
    logic::run()?;
    hebb::run(&options)?;
    println!("\npictures are in {FOLDER}");
    Ok(())
}

/// `None` if help is wanted.
fn arguments() -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::*;

    let mut options = Options { steps: 2000, seed: 0 };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Long("steps") => options.steps = number(&mut parser, "--steps", 1)?,
            Long("seed") => options.seed = number(&mut parser, "--seed", 0)?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}

fn number<N: FromStr + PartialOrd + Display>(
    parser: &mut lexopt::Parser,
    option: &str,
    least: N,
) -> Result<N, lexopt::Error> {
    let text = parser.value()?;
    let number = text.to_str().and_then(|text| text.parse().ok());
    let number = number.filter(|number| *number >= least);
    number.ok_or_else(|| format!("{option} {text:?}: expected a whole number from {least} on").into())
}
