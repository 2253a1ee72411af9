//! What a training step takes: `backprop-benchmarks [--list] [--kernels | --counts | --random SHAPES] [--threads N] [--seconds S] [--steps N] [NAME...]`.
//!
//! A name such as `784-512-512-10:relu:512` is a perceptron of these widths, activation and batch, trained by Adam to tell classes; with `:mse` behind it,
//! to give numbers.
//!
//! With `--kernels`, what the kernels take that steps are made of, the least that the machine's limits allow (`limit`), and what the crate
//! `gemm` takes for the products, if the feature of that name is on; a name is the beginning of a kernel's.
//!
//! With `--counts`, what a step does, counted instead of timed, for more workloads; only in a build with the feature `counters`.
//!
//! With `--random 1000`, or `--random 17..18`, it times nothing and checks products of so many random shapes; see `random.rs`.
//!
//! Prints `W2,backprop,2,291.4` (workload, framework, threads, median microseconds) for each workload, and on stderr
//! what shows that it really trained, and that the thousandth step was as fast as the first.

#[cfg(feature = "counters")]
mod counting;
mod kernels;
mod mlp;
mod random;
mod timing;

use backprop_autodiff::ops::FusedActivation::{Relu, Tanh};
use kernels::Limits;
use lexopt::{Arg, ValueExt};
use mlp::{Mlp, Rate, Target};
use std::{error::Error, ops::Range, process::ExitCode};
use timing::{Budget, Measurement};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// A step, to be run as often as one likes.
type Step<'a> = &'a mut dyn FnMut() -> Result<()>;

/// What runs a step.
type Run<'a> = &'a mut dyn FnMut(Step<'_>) -> Result<()>;

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
    target: Target::Class,
};
const W2: Mlp = Mlp {
    sizes: &[784, 256, 128, 10],
    activation: Relu,
    batch: 64,
    rate: Rate::Adam(1e-3),
    target: Target::Class,
};
const W3: Mlp = Mlp {
    sizes: &[784, 1024, 1024, 10],
    activation: Relu,
    batch: 256,
    rate: Rate::Adam(1e-3),
    target: Target::Class,
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
    kernels: bool,
    counts: bool,
    /// The numbers of the random shapes whose products are to be checked.
    random: Option<Range<usize>>,
    threads: usize,
    budget: Budget,
    names: Vec<String>,
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
            kernels: false,
            counts: false,
            random: None,
            threads: 2,
            budget: Budget::default(),
            names: Vec::new(),
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("list") => options.list = true,
                Arg::Long("kernels") => options.kernels = true,
                Arg::Long("counts") => options.counts = true,
                Arg::Long("random") => options.random = Some(random::range(&arguments.value()?.string()?)?),
                Arg::Long("threads") => options.threads = arguments.value()?.parse()?,
                Arg::Long("seconds") => options.budget.seconds = arguments.value()?.parse()?,
                Arg::Long("steps") => options.budget.steps = arguments.value()?.parse()?,
                Arg::Value(name) => options.names.push(name.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

fn run(options: &Options) -> Result<()> {
    backprop_tensor::set_threads(options.threads)?;
    if let Some(shapes) = &options.random {
        random::run(shapes.clone())
    } else if options.counts {
        run_counts(options)
    } else if options.kernels {
        run_kernels(options)
    } else {
        run_steps(options)
    }
}

fn run_steps(options: &Options) -> Result<()> {
    let names = &options.names;
    let custom = |name: &String| name.contains(':');
    for name in names.iter().filter(|name| !custom(name)) {
        if !WORKLOADS.iter().any(|workload| name == workload.name) {
            return Err(format!("there is no workload {name:?}").into());
        }
    }
    let chosen = |workload: &&Workload| names.is_empty() || names.iter().any(|name| name == workload.name);
    for workload in WORKLOADS.iter().filter(chosen) {
        if options.list {
            println!("{} {}", workload.name, workload.about);
        } else {
            report(workload.name, options, (workload.run)(options.budget)?);
        }
    }
    for name in names.iter().filter(|name| custom(name)) {
        let mlp: Mlp = name.parse()?;
        if options.list {
            println!("{name} MLP {name}, Adam");
        } else {
            report(name, options, mlp.train(options.budget)?);
        }
    }
    Ok(())
}

fn report(name: &str, options: &Options, measurement: Measurement) {
    println!("{name},backprop,{},{:.1}", options.threads, measurement.median());
    eprintln!("# {name} {measurement}");
}

#[cfg(feature = "counters")]
fn run_counts(options: &Options) -> Result<()> {
    counting::run(options.threads, &options.names)
}

#[cfg(not(feature = "counters"))]
fn run_counts(_: &Options) -> Result<()> {
    Err("this program was built without the feature `counters`".into())
}

fn run_kernels(options: &Options) -> Result<()> {
    let kernels = kernels::of_names(&options.names);
    if kernels.is_empty() {
        return Err(format!("no kernel's name begins with {}", options.names.join(" or ")).into());
    }
    if options.list {
        kernels.iter().for_each(|kernel| println!("{}", kernel.name));
        return Ok(());
    }
    let limits = Limits::measure(options.threads);
    kernels
        .iter()
        .try_for_each(|kernel| limits.compare(kernel, options.budget))
}
