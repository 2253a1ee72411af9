//! Trains a multi-layer perceptron on the 60,000 handwritten digits of MNIST, and tests it on the 10,000 others.
//!
//! ```text
//! cargo run --release --example mnist                       # train, test, save
//! cargo run --release --example mnist -- --load FILE        # test what was saved
//! cargo run --release --example mnist -- --data DIR         # Fashion-MNIST, KMNIST: the four IDX files in a folder
//! cargo run --release --example mnist -- --help             # everything that can be set
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
mod data;
#[path = "../exit_code.rs"]
mod exit_code;
mod model;
mod options;
mod report;

use std::fs;
use std::process::ExitCode;

use backprop::prelude::*;
use options::{Command, Options};

type Error = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let command = match command() {
        Ok(command) => command,
        Err(error) => {
            eprintln!("error: {error} (--help lists the options)");
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            exit_code::of(&*error)
        }
    }
}

/// What the arguments ask for, on as many threads.
fn command() -> Result<Command, Error> {
    let command = options::parse()?;
    match &command {
        Command::Help => {}
        Command::Train(Options { threads, .. }) | Command::Load { threads, .. } => {
            backprop::tensor::set_threads(*threads)?;
        }
    }
    Ok(command)
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Help => {
            println!("{}", options::HELP);
            Ok(())
        }
        Command::Train(options) => train(&options),
        Command::Load { file, data, .. } => {
            let model = model::load(&file)?;
            let (_, test) = data::load(data.as_deref())?;
            println!("{model:?} from {}", file.display());
            let accuracy = report::print(&model, &test)?;
            println!("test accuracy {:.2} %", 100.0 * accuracy);
            Ok(())
        }
    }
}

fn train(options: &Options) -> Result<(), Error> {
    // Before the training, not after it, is the time to learn that there is no such place.
    if options.out.is_dir() || options.out.file_name().is_none() {
        return Err(format!("--out {:?}: a model is saved as a file", options.out).into());
    }
    if let Some(directory) = options.out.parent() {
        fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    let (train, test) = data::load(options.data.as_deref())?;
    let train = train.take(options.samples);
    let mut rng = Rng::seed(options.seed);
    let mut model = model::perceptron(&options.hidden, &mut rng);
    println!(
        "{}",
        summary(&model, [options.batch.min(train.len()), data::PIXELS])?
    );

    // The learning rate falls linearly to 0: the last steps settle instead of jumping about.
    let mut trainer = Trainer::new(CrossEntropy, options.optimizer())
        .epochs(options.epochs)
        .batch_size(options.batch)
        .seed(options.seed)
        .schedule(|done: f64| 1.0 - done)
        .metric(Accuracy);
    let history = trainer.fit(&mut model, &train, &test)?;

    let accuracy = report::print(&model, &test)?;
    model.save(&options.out)?;
    println!("saved as {}; --load classifies with it", options.out.display());
    println!(
        "test accuracy {:.2} %, training time {:.1} s",
        100.0 * accuracy,
        history.seconds()
    );
    Ok(())
}
