//! Everything CI does, a person can do: `cargo xtask ci`, `cargo xtask layers`, ...
//!
//! Kept light (it is the first thing a fresh machine compiles), and apart from the crates it looks after: it knows them
//! from `cargo metadata` alone.

#[macro_use]
#[path = "../../examples/closed_output.rs"]
mod closed_output;
mod bench;
mod ci;
mod conventions;
mod counts;
mod error;
mod format;
mod guide;
mod layers;
mod process;
mod returns;
mod tree;
mod workspace;

use error::{Error, Result};
use lexopt::Arg;
use std::process::ExitCode;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask COMMAND

  ci [--keep-going] [STEP...]   everything CI does, or only the steps named (`ci --list` names them)
  format [--check]              rustfmt on every source file, those declared inside macros too
  layers                        which crate may know which, and what each crate must have
  bench [--csv] [--threads N] [--rounds N] [--peers FILE] [--readme] [WORKLOAD...]
                                what a training step takes; FILE lists the programs of other frameworks, a command
                                a line, and --readme puts the table of all into README.md
  bench kernels [--csv] [--threads N] [--rounds N] [--python PROGRAM] [KERNEL...]
                                what the kernels take whose names begin so, the share of what the machine can do, and the
                                crate `gemm` and PyTorch (if PROGRAM, or python3, has it) beside them
  counts [--write]              what a step does, counted without a clock, against benchmarks/counts.txt; --write writes that anew
  guide [--check]               draws the pictures of the guide again, or says whether they are what its code draws
  tree [--list] [--build] [--at-most N]
                                the crates that a program that trains depends on, and the time of a clean release build
  help                          this text
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Usage(reason)) => {
            eprintln!("error: {reason} (`cargo xtask help` shows the commands)");
            ExitCode::from(2)
        }
        Err(Error::Failed(reason)) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    match arguments.next()? {
        None => Err(Error::Usage("a command is missing".into())),
        Some(Arg::Short('h') | Arg::Long("help")) => help(),
        Some(Arg::Value(command)) => match command.to_str() {
            Some("bench") => bench::main(arguments),
            Some("ci") => ci::main(arguments),
            Some("counts") => counts::main(arguments),
            Some("format") => format::main(arguments),
            Some("guide") => guide::main(arguments),
            Some("layers") => check_layers(arguments),
            Some("tree") => tree::main(arguments),
            Some("help") => help(),
            _ => Err(Error::Usage(format!("there is no command {command:?}"))),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the same shape as every other command")]
fn help() -> Result<()> {
    print!("{HELP}");
    Ok(())
}

fn check_layers(mut arguments: lexopt::Parser) -> Result<()> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    layers::run(&Workspace::load()?)
}
