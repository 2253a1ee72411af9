//! `cargo xtask bench kernels`: what the kernels take, of how much the machine can do.

use super::{
    Options, measure, ours,
    program::{Program, Workload},
};
use crate::{error::Result, process, workspace::Workspace};
use std::process::{Command, Stdio};

/// Seconds that each kernel is measured for in a round.
const SECONDS: &str = "0.3";

pub fn main(workspace: &Workspace, options: &Options) -> Result<()> {
    let ours = ours(workspace, options.threads, &["gemm"])?.with(&[
        "--kernels",
        "--seconds",
        SECONDS,
        "--steps",
        "10",
    ]);
    let names: Vec<&str> = options.workloads.iter().map(String::as_str).collect();
    let kernels = ours.names(&names)?;
    let mut programs = vec![ours];
    match torch(options) {
        Some(program) => programs.push(program),
        None => eprintln!("{} has no PyTorch to compare with", options.python),
    }
    let results = measure(&programs, &kernels, &families(&kernels), options.rounds)?;
    if options.csv {
        print!("{}", results.csv(options.threads));
    } else {
        print!("{}", results.shares(&kernels));
    }
    Ok(())
}

/// The program that measures PyTorch, if this Python has it.
fn torch(options: &Options) -> Option<Program> {
    let mut probe = Command::new(&options.python);
    probe
        .args(["-c", "import torch"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        return None;
    }
    let script = process::root().join("benchmarks/torch_kernels.py");
    let arguments = vec![script.to_string_lossy().into_owned(), options.threads.to_string()];
    Some(Program::new(options.python.clone().into(), arguments))
}

/// The names family by family (their first word), whose programs take turns.
fn families(kernels: &[Workload]) -> Vec<Vec<&str>> {
    let family = |kernel: &Workload| kernel.name.split(' ').next().map(str::to_owned);
    kernels
        .chunk_by(|a, b| family(a) == family(b))
        .map(|kernels| kernels.iter().map(|kernel| kernel.name.as_str()).collect())
        .collect()
}
