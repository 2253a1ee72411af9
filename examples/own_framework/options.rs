//! The command line.

use std::str::FromStr;

use lexopt::prelude::*;

use super::lab::Settings;

pub(crate) const HELP: &str = "\
Trains networks with a framework whose backward is written by hand.

  --part NAME       gradients, losses, regression, classification or lab  [all]
  --epochs N        of the classification                                 [30]
  --batch N         points a step of the classification                   [4]
  --lab-epochs N    passes over the lab's images                          [10]
  --lab-images N    MNIST images that the lab trains on                   [20000]
  --lab-lr RATE     the lab's learning rate                               [0.1]
  --seed N          decides data, weights and order                       [0]
  --help            this text";

#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Run(Options),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Gradients,
    Losses,
    Regression,
    Classification,
    Lab,
}

impl Part {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "gradients" => Some(Self::Gradients),
            "losses" => Some(Self::Losses),
            "regression" => Some(Self::Regression),
            "classification" => Some(Self::Classification),
            "lab" => Some(Self::Lab),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// All if there is none.
    part: Option<Part>,
    pub(crate) epochs: usize,
    pub(crate) batch: usize,
    pub(crate) seed: u64,
    pub(crate) lab: Settings,
}

impl Options {
    /// Whether this part was asked for.
    pub(crate) fn does(&self, part: Part) -> bool {
        self.part.is_none_or(|only| only == part)
    }
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let lab = Settings {
        images: 20_000,
        epochs: 10,
        batch: 32,
        learning_rate: 0.1,
        seed: 0,
    };
    let mut options = Options {
        part: None,
        epochs: 30,
        batch: 4,
        seed: 0,
        lab,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("part") => options.part = Some(value(&mut parser, "--part", PARTS, Part::parse)?),
            Long("epochs") => options.epochs = value(&mut parser, "--epochs", EPOCHS, epochs)?,
            Long("batch") => options.batch = value(&mut parser, "--batch", AT_LEAST_ONE, at_least_one)?,
            Long("lab-epochs") => options.lab.epochs = value(&mut parser, "--lab-epochs", EPOCHS, epochs)?,
            Long("lab-images") => {
                options.lab.images = value(&mut parser, "--lab-images", AT_LEAST_ONE, at_least_one)?
            }
            Long("lab-lr") => {
                options.lab.learning_rate = value(&mut parser, "--lab-lr", "a positive number", positive)?
            }
            Long("seed") => options.seed = value(&mut parser, "--seed", "a whole number from 0 on", number)?,
            other => return Err(other.unexpected()),
        }
    }
    options.lab.seed = options.seed;
    Ok(Command::Run(options))
}

/// The value of an option, or an error that says what it takes.
fn value<T>(
    parser: &mut lexopt::Parser,
    option: &str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, lexopt::Error> {
    let text = parser.value()?;
    let value = text.to_str().and_then(parse);
    value.ok_or_else(|| format!("{option} {text:?}: expected {expected}").into())
}

const PARTS: &str = "gradients, losses, regression, classification or lab";
const AT_LEAST_ONE: &str = "a whole number from 1 on";
/// As many as an animation has frames for.
const EPOCHS: &str = "a whole number from 1 to 1000";

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn at_least_one(text: &str) -> Option<usize> {
    number(text).filter(|&value| value > 0)
}

fn epochs(text: &str) -> Option<usize> {
    at_least_one(text).filter(|&value| value <= 1000)
}

fn positive(text: &str) -> Option<f32> {
    number(text).filter(|value: &f32| *value > 0.0 && value.is_finite())
}
