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
  --load FILE       test this model instead of training one
  --help            this text";

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Train(Options),
    Load { file: PathBuf, threads: usize },
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

impl FromStr for OptimizerName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "adam" => Ok(Self::Adam),
            "adamw" => Ok(Self::AdamW),
            "sgd" => Ok(Self::Sgd),
            "rmsprop" => Ok(Self::RmsProp),
            "adagrad" => Ok(Self::Adagrad),
            _ => Err("is none of adam, adamw, sgd, rmsprop, adagrad"),
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
            Long("epochs") => options.epochs = at_least_one(parser.value()?.parse()?, "--epochs")?,
            Long("hidden") => options.hidden = parser.value()?.parse_with(sizes)?,
            Long("batch") => options.batch = at_least_one(parser.value()?.parse()?, "--batch")?,
            Long("lr") => options.learning_rate = parser.value()?.parse_with(positive)?,
            Long("optimizer") => options.optimizer = parser.value()?.parse()?,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("threads") => options.threads = parser.value()?.parse()?,
            Long("samples") => options.samples = at_least_one(parser.value()?.parse()?, "--samples")?,
            Long("out") => options.out = parser.value()?.into(),
            Long("load") => load = Some(parser.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(match load {
        Some(file) => Command::Load {
            file,
            threads: options.threads,
        },
        None => Command::Train(options),
    })
}

fn at_least_one(value: usize, option: &str) -> Result<usize, lexopt::Error> {
    match value {
        0 => Err(format!("{option} must be at least 1").into()),
        value => Ok(value),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("a learning rate is a positive number".into()),
    }
}

/// `256,128`; nothing for no hidden layer.
fn sizes(text: &str) -> Result<Vec<usize>, String> {
    let sizes = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    sizes
        .map(|size| match size.parse() {
            Ok(size @ 1..=100_000) => Ok(size),
            _ => Err(format!("{size:?} is no size from 1 to 100000")),
        })
        .collect()
}
