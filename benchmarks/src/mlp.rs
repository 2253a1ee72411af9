//! Multi-layer perceptrons on random data.

use crate::{
    Result, Run,
    timing::{Budget, Measurement, measure},
};
use backprop_autodiff::{Tape, Var, ops::FusedActivation};
use backprop_layers::{Layer, Linear, Sequential};
use backprop_optim::{Adam, Optimizer, Sgd};
use backprop_tensor::{Rng, Tensor};
use std::str::FromStr;

/// A perceptron, and how it is trained.
#[derive(Debug)]
pub struct Mlp {
    /// The inputs, the widths of the hidden layers, and the classes.
    pub sizes: &'static [usize],
    /// Of the hidden layers.
    pub activation: FusedActivation,
    pub batch: usize,
    pub rate: Rate,
    pub target: Target,
}

/// What it learns, which tells the loss.
#[derive(Debug)]
pub enum Target {
    /// The class of a sample: cross entropy.
    Class,
    /// Numbers, as many as there are outputs: mean squared error.
    Numbers,
}

/// An optimizer by its learning rate.
#[derive(Debug)]
pub enum Rate {
    Sgd(f64),
    Adam(f64),
}

type Model = Sequential<Vec<Linear>>;

/// Such as `784-512-512-10:relu:512` (widths, activation, batch) for classes, and with `:mse` behind it for numbers; trained by Adam.
impl FromStr for Mlp {
    type Err = Box<dyn std::error::Error>;

    fn from_str(text: &str) -> Result<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (widths, activation, batch, target) = match parts[..] {
            [widths, activation, batch] => (widths, activation, batch, Target::Class),
            [widths, activation, batch, "mse"] => (widths, activation, batch, Target::Numbers),
            _ => return Err(format!("{text:?} is not like \"784-512-10:relu:64\"").into()),
        };
        let sizes = widths
            .split('-')
            .map(str::parse)
            .collect::<Result<Vec<usize>, _>>()?;
        Ok(Self {
            // The command line names few, and the program ends soon.
            sizes: Box::leak(sizes.into_boxed_slice()),
            activation: match activation {
                "relu" => FusedActivation::Relu,
                "tanh" => FusedActivation::Tanh,
                "sigmoid" => FusedActivation::Sigmoid,
                other => return Err(format!("{other:?} is not relu, tanh or sigmoid").into()),
            },
            batch: batch.parse()?,
            rate: Rate::Adam(1e-3),
            target,
        })
    }
}

impl Mlp {
    /// Measures [`training`](Self::training).
    pub fn train(&self, budget: Budget) -> Result<Measurement> {
        let mut measurement = None;
        let losses = self.training(&mut |step| {
            measurement = Some(measure(budget, step)?);
            Ok(())
        })?;
        let mut measurement = measurement.ok_or("nothing was measured")?;
        measurement.losses = Some(losses);
        Ok(measurement)
    }

    /// Measures [`prediction`](Self::prediction).
    pub fn predict(&self, budget: Budget) -> Result<Measurement> {
        let mut measurement = None;
        self.prediction(&mut |step| {
            measurement = Some(measure(budget, step)?);
            Ok(())
        })?;
        Ok(measurement.ok_or("nothing was measured")?)
    }

    /// A step is: forward, cross entropy, backward, update. Gives the losses before and after those that `run` makes.
    pub fn training(&self, run: Run<'_>) -> Result<(f32, f32)> {
        let mut rng = Rng::seed(0);
        let mut model = self.model(&mut rng);
        let x = Tensor::normal([self.batch, self.inputs()], 0.0, 1.0, &mut rng)?;
        let classes = Tensor::random_integers([self.batch], 0, self.outputs() as i64, &mut rng)?;
        let numbers = Tensor::normal([self.batch, self.outputs()], 0.0, 1.0, &mut rng)?;
        let mut optimizer: Box<dyn Optimizer> = match self.rate {
            Rate::Sgd(rate) => Box::new(Sgd::new(rate)),
            Rate::Adam(rate) => Box::new(Adam::new(rate)),
        };
        let loss = |model: &Model, tape: &Tape| -> Var {
            let outputs = model.forward(&tape.input(x.clone()));
            match self.target {
                Target::Class => outputs.cross_entropy(&classes),
                Target::Numbers => (outputs - tape.input(numbers.clone())).square().mean(..),
            }
        };
        let before = loss(&model, &Tape::inference()).value()?.item()?;
        run(&mut || {
            let tape = Tape::training(rng.next_seed());
            let gradients = loss(&model, &tape).backward()?;
            optimizer.step(&mut model, &gradients)?;
            Ok(())
        })?;
        let after = loss(&model, &Tape::inference()).value()?.item()?;
        Ok((before, after))
    }

    /// A step is: forward for one sample, without a record of it.
    pub fn prediction(&self, run: Run<'_>) -> Result<()> {
        let mut rng = Rng::seed(0);
        let model = self.model(&mut rng);
        let x = Tensor::normal([1, self.inputs()], 0.0, 1.0, &mut rng)?;
        run(&mut || {
            model.forward(&Tape::inference().input(x.clone())).into_value()?;
            Ok(())
        })
    }

    fn model(&self, rng: &mut Rng) -> Model {
        let pairs = self.sizes.windows(2).enumerate();
        let layers = pairs.map(|(index, pair)| {
            let layer = Linear::builder(pair[0], pair[1]);
            let last = index + 2 == self.sizes.len();
            if last {
                layer.build(rng)
            } else {
                layer.activation(self.activation).build(rng)
            }
        });
        Sequential::new(layers.collect())
    }

    fn inputs(&self) -> usize {
        self.sizes.first().copied().unwrap_or(0)
    }

    fn outputs(&self) -> usize {
        self.sizes.last().copied().unwrap_or(0)
    }
}
