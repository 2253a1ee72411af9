//! `cargo xtask bench`: what a training step takes, here and in other frameworks.
//!
//! Every framework is a program of its own that is given names of workloads and prints lines `W2,backprop,2,291.4` (workload,
//! framework, threads, median microseconds); ours is the crate `backprop-benchmarks`. They run one at a time, by turns, several rounds within the
//! same minutes, since the speed of a machine drifts more than frameworks differ.

mod kernels;
mod program;
mod readme;
mod results;

use crate::{
    error::{Error, Result},
    process,
    workspace::Workspace,
};
use lexopt::{Arg, ValueExt};
use program::{Program, Workload};
use results::Results;
use std::path::PathBuf;

/// What the command line asks for.
struct Options {
    threads: usize,
    rounds: usize,
    csv: bool,
    readme: bool,
    peers: Option<PathBuf>,
    /// Whether kernels are to be measured, and the Python that may have PyTorch.
    kernels: bool,
    python: String,
    workloads: Vec<String>,
}

/// `cargo xtask bench [--csv] [--threads N] [--rounds N] [--peers FILE] [--readme] [WORKLOAD...]`, and
/// `cargo xtask bench kernels [--csv] [--threads N] [--rounds N] [--python PROGRAM] [KERNEL...]`.
pub fn main(arguments: lexopt::Parser) -> Result<()> {
    let options = Options::parse(arguments)?;
    let workspace = Workspace::load()?;
    if options.kernels {
        return kernels::main(&workspace, &options);
    }
    let mut programs = vec![ours(&workspace, options.threads, &[])?];
    let workloads = choose(programs[0].workloads()?, &options.workloads)?;
    if let Some(file) = &options.peers {
        programs.extend(program::peers(file, options.threads)?);
    }
    let results = measure(
        &programs,
        &workloads,
        &program::groups(&workloads),
        options.rounds,
    )?;
    if options.csv {
        print!("{}", results.csv(options.threads));
    } else {
        print!("{}", results.table(&workloads));
    }
    if options.readme {
        let caption = results::caption(options.threads, options.rounds);
        let section = format!("{}\n{caption}\n", results.table(&workloads));
        readme::replace(&workspace.root.join("README.md"), &section)?;
    }
    Ok(())
}

impl Options {
    fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Self {
            threads: 2,
            rounds: 1,
            csv: false,
            readme: false,
            peers: None,
            kernels: false,
            python: "python3".into(),
            workloads: Vec::new(),
        };
        let mut rounds = None;
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("threads") => options.threads = arguments.value()?.parse()?,
                Arg::Long("rounds") => rounds = Some(arguments.value()?.parse()?),
                Arg::Long("csv") => options.csv = true,
                Arg::Long("readme") => options.readme = true,
                Arg::Long("peers") => options.peers = Some(arguments.value()?.into()),
                Arg::Long("python") => options.python = arguments.value()?.string()?,
                Arg::Value(name) if name == "kernels" => options.kernels = true,
                Arg::Value(name) => options.workloads.push(name.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        options.rounds = rounds.unwrap_or(if options.peers.is_some() { 3 } else { 1 });
        if options.threads == 0 || options.rounds == 0 {
            return Err(Error::Usage(
                "the numbers of threads and of rounds are at least 1".into(),
            ));
        }
        Ok(options)
    }
}

/// Our own program, compiled for release with some features.
fn ours(workspace: &Workspace, threads: usize, features: &[&str]) -> Result<Program> {
    const NAME: &str = "backprop-benchmarks";
    let mut build = process::cargo(&["build", "--quiet", "--release", "--package", NAME]);
    process::run(build.arg("--features").arg(features.join(",")))?;
    let path = workspace.target_directory.join("release").join(NAME);
    let arguments = ["--threads".to_owned(), threads.to_string()];
    Ok(Program::new(path.into_os_string(), arguments.to_vec()))
}

/// The workloads of these names, or all when none is named.
fn choose(known: Vec<Workload>, names: &[String]) -> Result<Vec<Workload>> {
    if let Some(name) = names
        .iter()
        .find(|name| known.iter().all(|workload| workload.name != **name))
    {
        let known: Vec<_> = known.iter().map(|workload| workload.name.as_str()).collect();
        return Err(Error::Usage(format!(
            "there is no workload {name:?}, the workloads are {}",
            known.join(", ")
        )));
    }
    let chosen = known
        .into_iter()
        .filter(|workload| names.is_empty() || names.contains(&workload.name));
    Ok(chosen.collect())
}

/// Every program on every group of workloads, by turns.
fn measure(
    programs: &[Program],
    workloads: &[Workload],
    groups: &[Vec<&str>],
    rounds: usize,
) -> Result<Results> {
    let mut results = Results::default();
    for round in 1..=rounds {
        for group in groups {
            for program in programs {
                eprintln!("round {round}/{rounds}: {} {}", program.name(), group.join(" "));
                for line in program.measure(group)?.lines() {
                    results.add(line, workloads);
                }
            }
        }
    }
    Ok(results)
}
