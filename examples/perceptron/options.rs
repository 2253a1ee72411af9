//! The command line.

use std::str::FromStr;

use lexopt::prelude::*;

pub(crate) const HELP: &str = "\
The perceptron: on clouds in the plane, on two digits of MNIST, on all ten.

  --epochs N    passes over the digits                [5]
  --samples N   digits to train on, and to test with  [60000]
  --seed N      decides the clouds and the order      [0]
  --help        this text";

/// How to train.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) epochs: usize,
    pub(crate) samples: usize,
    pub(crate) seed: u64,
}

/// Fewer digits would lack some of the ten.
const FEWEST: usize = 200;

/// `None` if help is wanted.
pub(crate) fn parse() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        epochs: 5,
        samples: 60_000,
        seed: 0,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Long("epochs") => options.epochs = number(&mut parser, "--epochs", 1)?,
            Long("samples") => options.samples = number(&mut parser, "--samples", FEWEST)?,
            Long("seed") => options.seed = number(&mut parser, "--seed", 0)?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

fn number<N: FromStr + PartialOrd + std::fmt::Display>(
    parser: &mut lexopt::Parser,
    option: &str,
    least: N,
) -> Result<N, lexopt::Error> {
    let text = parser.value()?;
    let number = text
        .to_str()
        .and_then(|text| text.parse().ok())
        .filter(|number| *number >= least);
    number.ok_or_else(|| format!("{option} {text:?}: expected a whole number from {least} on").into())
}
