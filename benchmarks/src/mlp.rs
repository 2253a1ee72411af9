//! Multi-layer perceptrons on random data.

use crate::{
    Result, Run,
    timing::{Budget, Measurement, measure},
};
use backprop_autodiff::{Tape, Var, ops::FusedActivation};
use backprop_layers::{Layer, Linear, Sequential};
use backprop_optim::{Adam, Optimizer, Sgd};
use backprop_tensor::{Rng, Tensor};

/// A perceptron, and how it is trained.
#[derive(Debug)]
pub struct Mlp {
    /// The inputs, the widths of the hidden layers, and the classes.
    pub sizes: &'static [usize],
    /// Of the hidden layers.
    pub activation: FusedActivation,
    pub batch: usize,
    pub rate: Rate,
}

/// An optimizer by its learning rate.
#[derive(Debug)]
pub enum Rate {
    Sgd(f64),
    Adam(f64),
}

type Model = Sequential<Vec<Linear>>;

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
        let y = Tensor::random_integers([self.batch], 0, self.classes(), &mut rng)?;
        let mut optimizer: Box<dyn Optimizer> = match self.rate {
            Rate::Sgd(rate) => Box::new(Sgd::new(rate)),
            Rate::Adam(rate) => Box::new(Adam::new(rate)),
        };
        let loss =
            |model: &Model, tape: &Tape| -> Var { model.forward(&tape.input(x.clone())).cross_entropy(&y) };
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

    fn classes(&self) -> i64 {
        self.sizes.last().map_or(0, |&classes| classes as i64)
    }
}
