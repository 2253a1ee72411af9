//! `cargo xtask counts`: what a step of each workload does, counted, against what is written down in `benchmarks/counts.txt`.
//!
//! A clock cannot tell on a busy machine that a step makes one copy more than it did; a count can, on any machine. The numbers come from
//! `backprop-benchmarks --counts`, once with one thread and once with two.

mod table;

use crate::{
    error::{Error, Result},
    process,
    workspace::Workspace,
};
use lexopt::Arg;
use std::{fs, path::PathBuf};
use table::Table;

/// What stands at the head of the file.
const HEAD: &str = "\
# What a step of each workload of benchmarks/src/counting does, counted. Written by `cargo xtask counts --write`; `cargo xtask counts`, a
# step of CI, fails where a number differs. crates/tensor/src/counters.rs says what is counted. All sizes are in bytes.
#
# The numbers are the same on every 64-bit machine, in a build without optimization of the program itself. Those of `packing` and `scratch`
# belong to a level of the instruction set of x86-64, and are compared on machines that have it. With two threads there are no `allocations`
# and no `new` buffers: which thread gets a buffer first is chance.
";

/// `cargo xtask counts [--write]`.
pub fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let mut write = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("write") => write = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = Workspace::load()?;
    if write {
        let (path, before, now) = both(&workspace)?;
        let differences = before.compare(&now);
        let text = format!("{HEAD}{}", now.with_levels_of(&before));
        fs::write(&path, text).map_err(Error::file(&path))?;
        differences.iter().for_each(|difference| println!("{difference}"));
        return Ok(());
    }
    println!("{}", run(&workspace)?);
    Ok(())
}

/// Compares, and says how much was compared.
pub fn run(workspace: &Workspace) -> Result<String> {
    let (_, before, now) = both(workspace)?;
    let differences = before.compare(&now);
    if differences.is_empty() {
        return Ok(format!("{} numbers as they were", now.len()));
    }
    Err(Error::failed(format!(
        "a step does something else than benchmarks/counts.txt says:\n{}\n{}",
        differences.join("\n"),
        "If all of it is meant, or better, write it down: `cargo xtask counts --write`."
    )))
}

/// The file, what is written there, and what is counted now.
fn both(workspace: &Workspace) -> Result<(PathBuf, Table, Table)> {
    const NAME: &str = "backprop-benchmarks";
    process::run(&mut process::cargo(&[
        "build",
        "--quiet",
        "--package",
        NAME,
        "--features",
        "counters",
        "--locked",
    ]))?;
    let program = workspace.target_directory.join("debug").join(NAME);
    let mut text = String::new();
    for threads in ["1", "2"] {
        let mut command = std::process::Command::new(&program);
        // A level that was forced down, or another number of threads, would be counted.
        command
            .env_remove("BACKPROP_SIMD")
            .env_remove("RAYON_NUM_THREADS");
        command.args(["--counts", "--threads", threads]);
        text += &process::output(command)?;
    }
    let path = workspace.root.join("benchmarks/counts.txt");
    let written = fs::read_to_string(&path).unwrap_or_default();
    Ok((path, Table::parse(&written)?, Table::parse(&text)?))
}
