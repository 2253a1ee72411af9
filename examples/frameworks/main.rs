//! A framework at two levels: tensors with gradients at the bottom, layers and a trainer on top, and how the two mix.
//!
//! The parts, in the order in which to read them:
//!
//! 1. `gradients.rs`: any expression, its tape and its gradients.
//! 2. `regression.rs`: a straight line through points, in a loop of one's own, against the answer in closed form.
//! 3. `classifier.rs`: two classes with a line between them, in a loop of one's own.
//! 4. `with_trainer.rs`: both again in a few lines, from the same numbers, to the same weights.
//! 5. `mixed.rs`: a layer of one's own in the trainer, and the library's layers in a loop of one's own.
//!
//! ```text
//! cargo run --release --example frameworks [-- --seed 0]
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
mod classifier;
#[path = "../exit_code.rs"]
mod exit_code;
mod gradients;
mod mixed;
mod regression;
mod with_trainer;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use backprop::prelude::*;

type Error = Box<dyn std::error::Error>;

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
    let seed = seed()?;
    let mut output = Output::new("target/examples/frameworks");

    output.part("1. Gradients of any expression");
    gradients::run(seed, &mut output)?;
    output.part("2. A line through points, in a loop of one's own");
    let line = regression::run(seed, &mut output)?;
    output.part("3. A line between two classes, in a loop of one's own");
    let border = classifier::run(seed, &mut output)?;
    output.part("4. The same with the trainer");
    with_trainer::run(&line, &border, &mut output)?;
    output.part("5. Both levels mixed");
    mixed::run(seed, &mut output)?;

    println!("\npictures are in {}", output.folder.display());
    let (held, all) = (output.held, output.comparisons);
    println!("{held} of {all} comparisons hold");
    Ok(held == all)
}

/// What was learned: a weight for each feature and a bias, and where they began.
struct Learned<D> {
    data: D,
    seed: u64,
    initial: [Tensor; 2],
    weights: [Tensor; 2],
}

/// Where results go, and how many comparisons have held.
struct Output {
    folder: PathBuf,
    comparisons: usize,
    held: usize,
}

impl Output {
    fn new(folder: impl AsRef<Path>) -> Self {
        Self {
            folder: folder.as_ref().to_owned(),
            comparisons: 0,
            held: 0,
        }
    }

    fn part(&self, title: &str) {
        println!("\n{title}\n{}", "-".repeat(title.chars().count()));
    }

    /// Saves a picture for pages and one to look at.
    fn save(&self, picture: &impl Picture, name: &str) -> Result<(), Error> {
        for end in ["svg", "png"] {
            picture.save(self.folder.join(format!("{name}.{end}")))?;
        }
        println!("drawn: {name}.svg, {name}.png");
        Ok(())
    }

    /// Says how far two results are apart, and whether that is no more than it may be.
    fn compare(&mut self, what: &str, difference: f64, tolerance: f64) {
        // A NaN is no small difference.
        let holds = difference <= tolerance;
        self.comparisons += 1;
        self.held += usize::from(holds);
        let verdict = if holds { "holds" } else { "DOES NOT HOLD" };
        println!("{what}: largest difference {difference:.1e}, at most {tolerance:.0e} allowed: {verdict}");
    }
}

/// The largest difference of two tensors' elements, NaN if there is one or the shapes differ.
fn largest_difference(a: &Tensor, b: &Tensor) -> f64 {
    if a.shape() != b.shape() {
        return f64::NAN;
    }
    let differences = a
        .to_vec()
        .into_iter()
        .zip(b.to_vec())
        .map(|(a, b)| f64::from((a - b).abs()));
    largest(differences)
}

/// The largest of some numbers, NaN if one of them is.
fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(
        0.0,
        |most, next| {
            if most >= next || most.is_nan() { most } else { next }
        },
    )
}

fn seed() -> Result<u64, lexopt::Error> {
    use lexopt::prelude::*;

    let mut seed = 0;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seed") => seed = parser.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(seed)
}
