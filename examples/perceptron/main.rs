//! The perceptron: labels -1 and 1, one neuron, `y(x) = f(wᵀ x)` with a step for `f`, and a rule that learns from mistakes.
//!
//! It minimizes the perceptron criterion `E(w) = -Σ wᵀ xᵢ tᵢ`, the sum being over misclassified samples, by gradient descent: each of them
//! is added to the weights with its sign, `w ← w + η xᵢ tᵢ`. Read the files in this order:
//!
//! * `separable.rs`: two clouds and the line between them; the rule in three forms that agree; how often it errs at most;
//! * `overlapping.rs`: what happens when there is no such line, and what helps;
//! * `pairs.rs`: two digits of MNIST;
//! * `ten.rs`: all ten digits, by ten perceptrons in one matrix.
//!
//! ```text
//! cargo run --release --example perceptron [-- --epochs 5 --samples 60000 --seed 0]
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
mod data;
#[path = "../exit_code.rs"]
mod exit_code;
mod options;
mod overlapping;
mod pairs;
mod separable;
mod ten;

use std::process::ExitCode;

use backprop::datasets::mnist;
use backprop::plot::Picture;
use options::Options;

type Error = Box<dyn std::error::Error>;

/// Where the pictures go.
const FOLDER: &str = "target/examples/perceptron";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            exit_code::of(&*error)
        }
    }
}

fn run() -> Result<(), Error> {
    let Some(options) = options::parse()? else {
        println!("{}", options::HELP);
        return Ok(());
    };
    separable::run(&options)?;
    overlapping::run(&options)?;
    let (train, test) = mnist::load()?;
    let (train, test) = (train.take(options.samples), test.take(options.samples));
    pairs::run(&options, &train, &test)?;
    ten::run(&options, &train, &test)?;
    println!("\npictures are in {FOLDER}");
    Ok(())
}

/// Saves a picture for a page and for those who want pixels.
fn save(name: &str, picture: &impl Picture) -> Result<(), Error> {
    picture.save(format!("{FOLDER}/{name}.svg"))?;
    picture.save(format!("{FOLDER}/{name}.png"))?;
    Ok(())
}
