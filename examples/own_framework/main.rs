//! A neural-network framework of one's own, small enough to read in one go, and what can be learned with it.
//!
//! `framework.rs` is the framework: layers and losses, each with its backward written by hand. The rest uses it, in this order:
//!
//! 1. `gradients.rs`: are the gradients right? Against central differences, and against the library's tape.
//! 2. `losses.rs`: what a mistake costs, drawn.
//! 3. `regression.rs`: a line and a curve through points.
//! 4. `classification.rs`: a straight and a bent boundary, drawn after every epoch, as pictures, as animations, and live in a terminal.
//!    `with_library.rs` trains the same networks from the same weights, for the same losses.
//! 5. `lab.rs`: MNIST with one to three layers and different activations; `answers.rs` says what can be concluded.
//!
//! ```text
//! cargo run --release --example own_framework                    # all of it
//! cargo run --release --example own_framework -- --part lab      # a part
//! cargo run --release --example own_framework -- --help          # everything that can be set
//! ```

#[macro_use]
#[path = "../closed_output.rs"]
mod closed_output;
mod answers;
mod classification;
#[path = "../exit_code.rs"]
mod exit_code;
mod framework;
mod gradients;
mod lab;
mod losses;
mod network;
mod options;
mod regression;
mod with_library;

use std::path::PathBuf;
use std::process::ExitCode;

use backprop::plot::{Animation, Picture};
use classification::Task;
use options::{Command, Options, Part};

type Error = Box<dyn std::error::Error>;
type Result<T> = std::result::Result<T, Error>;

const FOLDER: &str = "target/examples/own_framework";

fn main() -> ExitCode {
    let options = match options::parse() {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error} (--help lists the options)");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            exit_code::of(&*error)
        }
    }
}

/// Whether gradients and losses were as they should be.
fn run(options: &Options) -> Result<bool> {
    let mut right = true;
    if options.does(Part::Gradients) {
        right &= gradients::check(options.seed)?;
    }
    if options.does(Part::Losses) {
        losses::draw()?;
    }
    if options.does(Part::Regression) {
        regression::run(options.seed)?;
    }
    if options.does(Part::Classification) {
        right &= classification::run(&Task::new(options.batch, options.epochs, options.seed)?)?;
    }
    if options.does(Part::Lab) {
        lab::run(options.lab)?;
    }
    let verdict = if right {
        "all that was checked is right"
    } else {
        "something is WRONG, see above"
    };
    println!("pictures are in {FOLDER}; {verdict}");
    Ok(right)
}

/// Saves a picture as SVG and PNG.
fn save(picture: &impl Picture, name: &str) -> Result<()> {
    let path = PathBuf::from(FOLDER).join(name);
    picture.save(path.with_extension("svg"))?;
    picture.save(path.with_extension("png"))?;
    Ok(())
}

/// Saves frames as an animated GIF, and as a web page with a slider.
fn save_animation(frames: &Animation, name: &str) -> Result<()> {
    let path = PathBuf::from(FOLDER).join(name);
    frames.save(path.with_extension("gif"))?;
    frames.save(path.with_extension("html"))?;
    Ok(())
}
