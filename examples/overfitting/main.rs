//! Overfitting: what it is, why it happens, and what helps against it. Each measured.
//!
//! 1. `five_points.rs`: five points, a line and a curve with more parameters than points.
//! 2. `trade_off.rs`: the error against capacity, amount of data and noise, taken apart into bias², variance and noise.
//! 3. `verdicts.rs`: how training and validation loss show it, and how the trainer says so.
//! 4. `remedies.rs`: a network that learns 300 digits by heart, and what each of the remedies does about it.
//!
//! ```text
//! cargo run --release --example overfitting [-- --models 200 --seeds 5 --seed 0]
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
mod digits;
#[path = "../exit_code.rs"]
mod exit_code;
mod five_points;
mod polynomial;
mod remedies;
mod trade_off;
mod verdicts;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use backprop::plot::Picture;

type Error = Box<dyn std::error::Error>;

const HELP: &str = "\
Shows what overfitting is, why it happens, and what helps against it.

  --models N   models that an error is taken apart with     [200]
  --seeds N    times that each remedy is tried              [5]
  --seed N     decides the five points                      [0]
  --help       this text";

struct Options {
    models: usize,
    seeds: u64,
    seed: u64,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error} (--help lists the options)");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            exit_code::of(&*error)
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    let show = Show {
        folder: "target/examples/overfitting".into(),
    };
    five_points::run(&show, options.seed)?;
    trade_off::run(&show, options.models)?;
    verdicts::run(&show)?;
    remedies::run(&show, options.seeds)?;
    println!("pictures are in {}", show.folder.display());
    Ok(())
}

fn options() -> Result<Option<Options>, Error> {
    use lexopt::prelude::*;

    let mut options = Options {
        models: 200,
        seeds: 5,
        seed: 0,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("models") => options.models = parser.value()?.parse()?,
            Long("seeds") => options.seeds = parser.value()?.parse()?,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("help") => return Ok(None),
            _ => return Err(argument.unexpected().into()),
        }
    }
    for (name, value) in [("models", options.models), ("seeds", options.seeds as usize)] {
        if value < 2 {
            return Err(format!("--{name} {value}: there is no spread of fewer than 2").into());
        }
    }
    Ok(Some(options))
}

/// Where pictures go: into files, and as letters to whoever reads along.
struct Show {
    folder: PathBuf,
}

impl Show {
    fn picture(&self, name: &str, picture: &impl Picture, lines: usize) -> Result<(), Error> {
        for extension in ["svg", "png"] {
            picture.save(self.folder.join(format!("{name}.{extension}")))?;
        }
        let text = match io::stdout().is_terminal() {
            true => picture.to_terminal_colored(110, lines)?,
            false => picture.to_terminal(110, lines)?,
        };
        println!("{text}");
        Ok(())
    }
}
