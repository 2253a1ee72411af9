//! What a training step takes: `backprop-benchmarks [--list] [--threads N] [--seconds S] [--steps N] [WORKLOAD...]`.
//!
//! Prints `W2,backprop,2,291.4` (workload, framework, threads, median microseconds) for each workload, and on stderr
//! what shows that it really trained, and that the thousandth step was as fast as the first.

mod mlp;
mod timing;

use backprop_autodiff::ops::FusedActivation::{Relu, Tanh};
use lexopt::{Arg, ValueExt};
use mlp::{Mlp, Rate};
use std::{error::Error, process::ExitCode};
use timing::{Budget, Measurement};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Something to measure.
struct Workload {
    name: &'static str,
    about: &'static str,
    run: fn(Budget) -> Result<Measurement>,
}

const W1: Mlp = Mlp {
    sizes: &[2, 16, 16, 2],
    activation: Tanh,
    batch: 32,
    rate: Rate::Sgd(0.1),
};
const W2: Mlp = Mlp {
    sizes: &[784, 256, 128, 10],
    activation: Relu,
    batch: 64,
    rate: Rate::Adam(1e-3),
};
const W3: Mlp = Mlp {
    sizes: &[784, 1024, 1024, 10],
    activation: Relu,
    batch: 256,
    rate: Rate::Adam(1e-3),
};

const WORKLOADS: &[Workload] = &[
    Workload {
        name: "W1",
        about: "MLP 2-16-16-2, tanh, batch 32, SGD",
        run: |budget| W1.train(budget),
    },
    Workload {
        name: "W2",
        about: "MLP 784-256-128-10, ReLU, batch 64, Adam",
        run: |budget| W2.train(budget),
    },
    Workload {
        name: "W3",
        about: "MLP 784-1024-1024-10, ReLU, batch 256, Adam",
        run: |budget| W3.train(budget),
    },
    Workload {
        name: "W8a",
        about: "prediction by the MLP of W2, batch 1",
        run: |budget| W2.predict(budget),
    },
];

/// What the command line asks for.
struct Options {
    list: bool,
    threads: usize,
    budget: Budget,
    workloads: Vec<&'static Workload>,
}

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    fn parse() -> Result<Self> {
        let mut options = Self {
            list: false,
            threads: 2,
            budget: Budget::default(),
            workloads: Vec::new(),
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("list") => options.list = true,
                Arg::Long("threads") => options.threads = arguments.value()?.parse()?,
                Arg::Long("seconds") => options.budget.seconds = arguments.value()?.parse()?,
                Arg::Long("steps") => options.budget.steps = arguments.value()?.parse()?,
                Arg::Value(name) => {
                    let known = WORKLOADS.iter().find(|workload| name == workload.name);
                    options
                        .workloads
                        .push(known.ok_or_else(|| format!("there is no workload {name:?}"))?);
                }
                other => return Err(other.unexpected().into()),
            }
        }
        if options.workloads.is_empty() {
            options.workloads.extend(WORKLOADS);
        }
        Ok(options)
    }
}

fn run(options: &Options) -> Result<()> {
    if options.list {
        options
            .workloads
            .iter()
            .for_each(|workload| println!("{} {}", workload.name, workload.about));
        return Ok(());
    }
    backprop_tensor::set_threads(options.threads)?;
    for workload in &options.workloads {
        let measurement = (workload.run)(options.budget)?;
        println!(
            "{},backprop,{},{:.1}",
            workload.name,
            options.threads,
            measurement.median()
        );
        eprintln!("# {} {measurement}", workload.name);
    }
    Ok(())
}
