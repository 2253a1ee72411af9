//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use backprop::optim::{Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd};
use lexopt::prelude::*;

pub(crate) const HELP: &str = "\
Trains a multi-layer perceptron on MNIST, tests it and saves it.

  --epochs N        passes over the training images           [8]
  --hidden A,B,...  sizes of the hidden layers                [256,128]
  --batch N         images a step                             [64]
  --lr RATE         learning rate                             [0.001]
  --optimizer NAME  adam, adamw, sgd, rmsprop or adagrad      [adam]
  --seed N          decides the weights and the order         [0]
  --threads N       threads; 0 for one a core                 [0]
  --samples N       training images                           [60000]
  --out FILE        where to save the model                   [target/examples/mnist/model.safetensors]
  --data DIR        images of the same kind instead of MNIST (Fashion-MNIST, KMNIST): a folder with the
                    four IDX files, plain or .gz, of 28 x 28 pixels and the labels 0 to 9
  --load FILE       test this model instead of training one
  --help            this text";

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Train(Options),
    Load {
        file: PathBuf,
        data: Option<PathBuf>,
        threads: usize,
    },
}

/// How to train.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) epochs: usize,
    pub(crate) hidden: Vec<usize>,
    pub(crate) batch: usize,
    pub(crate) learning_rate: f64,
    optimizer: OptimizerName,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
    pub(crate) samples: usize,
    pub(crate) data: Option<PathBuf>,
    pub(crate) out: PathBuf,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            epochs: 8,
            hidden: vec![256, 128],
            batch: 64,
            learning_rate: 1e-3,
            optimizer: OptimizerName::Adam,
            seed: 0,
            threads: 0,
            samples: usize::MAX,
            data: None,
            out: "target/examples/mnist/model.safetensors".into(),
        }
    }
}

impl Options {
    pub(crate) fn optimizer(&self) -> Box<dyn Optimizer> {
        let rate = self.learning_rate;
        match self.optimizer {
            OptimizerName::Adam => Box::new(Adam::new(rate)),
            OptimizerName::AdamW => Box::new(AdamW::new(rate)),
            OptimizerName::Sgd => Box::new(Sgd::new(rate).momentum(0.9)),
            OptimizerName::RmsProp => Box::new(RmsProp::new(rate)),
            OptimizerName::Adagrad => Box::new(Adagrad::new(rate)),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum OptimizerName {
    Adam,
    AdamW,
    Sgd,
    RmsProp,
    Adagrad,
}

impl OptimizerName {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "adam" => Some(Self::Adam),
            "adamw" => Some(Self::AdamW),
            "sgd" => Some(Self::Sgd),
            "rmsprop" => Some(Self::RmsProp),
            "adagrad" => Some(Self::Adagrad),
            _ => None,
        }
    }
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut options = Options::default();
    let mut load = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("epochs") => options.epochs = value(&mut parser, "--epochs", AT_LEAST_ONE, at_least_one)?,
            Long("hidden") => options.hidden = value(&mut parser, "--hidden", SIZES, sizes)?,
            Long("batch") => options.batch = value(&mut parser, "--batch", AT_LEAST_ONE, at_least_one)?,
            Long("lr") => options.learning_rate = value(&mut parser, "--lr", "a positive number", positive)?,
            Long("optimizer") => {
                let names = "adam, adamw, sgd, rmsprop or adagrad";
                options.optimizer = value(&mut parser, "--optimizer", names, OptimizerName::parse)?;
            }
            Long("seed") => options.seed = value(&mut parser, "--seed", NUMBER, number)?,
            Long("threads") => options.threads = value(&mut parser, "--threads", NUMBER, number)?,
            Long("samples") => {
                options.samples = value(&mut parser, "--samples", AT_LEAST_ONE, at_least_one)?;
            }
            Long("data") => options.data = Some(parser.value()?.into()),
            Long("out") => options.out = parser.value()?.into(),
            Long("load") => load = Some(parser.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(match load {
        Some(file) => Command::Load {
            file,
            data: options.data,
            threads: options.threads,
        },
        None => Command::Train(options),
    })
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

const NUMBER: &str = "a whole number from 0 on";
const AT_LEAST_ONE: &str = "a whole number from 1 on";
const SIZES: &str = "sizes from 1 to 100000, like 256,128";

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn at_least_one(text: &str) -> Option<usize> {
    number(text).filter(|&value| value > 0)
}

fn positive(text: &str) -> Option<f64> {
    number(text).filter(|value: &f64| *value > 0.0 && value.is_finite())
}

/// `256,128`; nothing for no hidden layer.
fn sizes(text: &str) -> Option<Vec<usize>> {
    let sizes = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    sizes
        .map(|size| at_least_one(size).filter(|&size| size <= 100_000))
        .collect()
}
