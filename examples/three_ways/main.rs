//! The same training, written three times: with layers by hand, with the tape, and with the trainer.
//!
//! From one seed, all three arrive at the same loss after every step, to within rounding. Read them in this order:
//! `by_hand.rs` (what happens), `with_tape.rs` (what is left to write when gradients are taken for you), `with_trainer.rs`
//! (when the loop is, too).
//!
//! ```text
//! cargo run --release --example three_ways [-- --steps 200 --seed 0]
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
mod by_hand;
#[path = "../exit_code.rs"]
mod exit_code;
mod with_tape;
mod with_trainer;

use std::process::ExitCode;

use backprop::datasets::{TensorDataset, mnist};
use backprop::tensor::{Rng, Tensor};

/// What all three are given.
struct Task {
    data: TensorDataset,
    batch_size: usize,
    learning_rate: f32,
    /// Weights `[outputs, inputs]` and biases of both layers.
    initial: [(Tensor, Tensor); 2],
    seed: u64,
}

const PIXELS: usize = 784;
const HIDDEN: usize = 32;
const CLASSES: usize = 10;

/// How far two losses may be apart: rounding, after some hundred steps that build on each other.
const TOLERANCE: f64 = 1e-4;

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

fn run() -> Result<bool, Box<dyn std::error::Error>> {
    let (steps, seed) = arguments()?;
    let task = Task::new(steps, seed)?;
    let losses = [
        by_hand::train(&task)?,
        with_tape::train(&task)?,
        with_trainer::train(&task)?,
    ];
    println!(
        "{:>6} {:>12} {:>12} {:>12} {:>12}",
        "step", "by hand", "with tape", "with trainer", "difference"
    );
    let mut largest = 0.0_f64;
    for step in 0..losses[0].len() {
        let [a, b, c] = [0, 1, 2].map(|way| losses[way].get(step).copied().unwrap_or(f64::NAN));
        let difference = (a - b).abs().max((a - c).abs());
        // A NaN must not pass for a small difference.
        largest = if difference > largest || difference.is_nan() {
            difference
        } else {
            largest
        };
        if step % (losses[0].len() / 10).max(1) == 0 || step + 1 == losses[0].len() {
            println!(
                "{:>6} {a:>12.6} {b:>12.6} {c:>12.6} {difference:>12.1e}",
                step + 1
            );
        }
    }
    let agree = largest <= TOLERANCE && losses.iter().all(|way| way.len() == losses[0].len());
    let verdict = if agree { "agree" } else { "DISAGREE" };
    println!(
        "largest difference over {} steps: {largest:.1e}, so the three {verdict}",
        losses[0].len()
    );
    Ok(agree)
}

impl Task {
    /// As many training images as that many steps take, and random weights.
    fn new(steps: usize, seed: u64) -> Result<Self, Box<dyn std::error::Error>> {
        let batch_size = 64;
        let (data, _) = mnist::load()?;
        let mut rng = Rng::seed(seed);
        let mut layer = |inputs: usize, outputs: usize| -> backprop::tensor::Result<_> {
            // As large as keeps the activations' variance: Glorot and Bengio 2010.
            let bound = (6.0 / (inputs + outputs) as f32).sqrt();
            Ok((
                Tensor::uniform([outputs, inputs], -bound, bound, &mut rng)?,
                Tensor::zeros([outputs])?,
            ))
        };
        let initial = [layer(PIXELS, HIDDEN)?, layer(HIDDEN, CLASSES)?];
        Ok(Self {
            data: data.take(steps.saturating_mul(batch_size)),
            batch_size,
            learning_rate: 0.1,
            initial,
            seed,
        })
    }
}

fn arguments() -> Result<(usize, u64), lexopt::Error> {
    use lexopt::prelude::*;

    let (mut steps, mut seed) = (200, 0);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("steps") => steps = parser.value()?.parse()?,
            Long("seed") => seed = parser.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok((steps, seed))
}
