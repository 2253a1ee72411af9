//! A network that solves a differential equation: a physics-informed neural network (Raissi, Perdikaris and Karniadakis 2019).
//!
//! Nobody shows it the solution. Its loss is what is left of the equation, with derivatives of the network with respect to its input, so
//! training needs derivatives of derivatives. Read the files in this order:
//!
//! * `oscillator.rs`: the equation, and its solution, to compare with at the end;
//! * `network.rs`: the network, its residual, and the loop that makes it small.
//!
//! ```text
//! cargo run --release --example equation [-- --steps 3000 --seed 0]
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
#[path = "../exit_code.rs"]
mod exit_code;
mod network;
mod oscillator;

use std::process::ExitCode;

use backprop::plot::{Chart, Figure};
use backprop::prelude::*;

use network::Solution;
use oscillator::Oscillator;

type Error = Box<dyn std::error::Error>;

/// Where the pictures go.
const FOLDER: &str = "target/examples/equation";

const HELP: &str = "\
A network that solves the equation of a damped oscillator, from the equation alone.

  --steps N   steps of training, from 1 on      [3000]
  --seed N    decides the weights at first      [0]
  --help      this text";

struct Options {
    steps: usize,
    seed: u64,
}

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
    let Some(options) = arguments()? else {
        println!("{HELP}");
        return Ok(());
    };
    let oscillator = Oscillator {
        damping: 0.5,
        frequency: 4.0,
        end: 2.0,
    };
    println!(
        "u'' + 2 δ u' + ω² u = 0, u(0) = 1, u'(0) = 0, for t from 0 to {}\n",
        oscillator.end
    );
    let mut solution = Solution::new(oscillator, options.steps, &mut Rng::seed(options.seed));
    let t: Vec<f32> = (0..=200).map(|i| oscillator.end * i as f32 / 200.0).collect();
    let exact: Vec<f32> = t.iter().map(|&t| oscillator.exact(t)).collect();
    let before = solution.at(&t)?;
    println!("{:>6} {:>14} {:>14}", "step", "residual", "worst error");
    let mut residuals = Vec::new();
    for step in 0..options.steps {
        let residual = solution.step()?;
        residuals.push(residual);
        if (step + 1) % (options.steps / 10).max(1) == 0 {
            let worst = worst(&solution.at(&t)?, &exact);
            println!("{:>6} {residual:>14.3e} {worst:>14.5}", step + 1);
        }
    }
    let after = solution.at(&t)?;
    draw(&t, &exact, &before, &after, &residuals)?;
    println!("\npictures are in {FOLDER}");
    println!("worst error {:.5}, of an amplitude of 1", worst(&after, &exact));
    Ok(())
}

/// The largest distance of the two; NaN if there is one.
fn worst(found: &[f32], exact: &[f32]) -> f32 {
    let distances = found.iter().zip(exact).map(|(a, b)| (a - b).abs());
    distances.fold(
        0.0,
        |worst, distance| if distance <= worst { worst } else { distance },
    )
}

fn draw(t: &[f32], exact: &[f32], before: &[f32], after: &[f32], residuals: &[f32]) -> Result<(), Error> {
    let solutions = Chart::new()
        .title("the solution")
        .x_label("t")
        .y_label("u")
        .line("exact", t, exact)
        .line("network before training", t, before)
        .line("network after training", t, after);
    let steps: Vec<f32> = (1..=residuals.len()).map(|step| step as f32).collect();
    let training = Chart::new()
        .title("what is left of the equation")
        .x_label("step")
        .y_label("mean square of the residual")
        .log_y()
        .line("residual", &steps, residuals);
    let figure = Figure::grid(2, [solutions, training]).title("A network solves u'' + 2 δ u' + ω² u = 0");
    figure.save(format!("{FOLDER}/equation.svg"))?;
    figure.save(format!("{FOLDER}/equation.png"))?;
    Ok(())
}

/// `None` if help is wanted.
fn arguments() -> Result<Option<Options>, lexopt::Error> {
    use lexopt::prelude::*;

    let mut options = Options { steps: 3000, seed: 0 };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Long("steps") => {
                options.steps = parser.value()?.parse()?;
                if options.steps == 0 {
                    return Err("--steps 0: expected a whole number from 1 on".into());
                }
            }
            Long("seed") => options.seed = parser.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}
