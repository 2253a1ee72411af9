//! The network, and what it has to make small.

use backprop::prelude::*;

use super::{Error, Oscillator};

/// How many times the equation is looked at in each step.
const POINTS: usize = 128;

const HIDDEN: usize = 32;

/// `u(t) = 1 + t² N(t)`: whatever the network `N` is, `u(0) = 1` and `u'(0) = 0`.
pub(crate) struct Solution {
    oscillator: Oscillator,
    network: Sequential<(Linear, Tanh, Linear, Tanh, Linear)>,
    optimizer: Adam,
    scheduler: Scheduler<Cosine>,
    rng: Rng,
}

impl Solution {
    /// To be trained for so many steps.
    pub(crate) fn new(oscillator: Oscillator, steps: usize, rng: &mut Rng) -> Self {
        const LEARNING_RATE: f64 = 1e-2;
        Self {
            oscillator,
            network: sequential![
                Linear::new(1, HIDDEN, rng),
                Tanh,
                Linear::new(HIDDEN, HIDDEN, rng),
                Tanh,
                Linear::new(HIDDEN, 1, rng),
            ],
            optimizer: Adam::new(LEARNING_RATE),
            scheduler: Scheduler::new(Cosine::new(), LEARNING_RATE, 1, steps),
            rng: rng.clone(),
        }
    }

    fn forward(&self, t: &Var) -> Var {
        // Inputs from -1 to 1 are where tanh bends.
        let input = t * (2.0 / self.oscillator.end) - 1.0;
        self.network.forward(&input) * t.square() + 1.0
    }

    pub(crate) fn at(&self, t: &[f32]) -> Result<Vec<f32>, Error> {
        let t = Tensor::from(t.to_vec()).unsqueeze(1)?;
        Ok(self.forward(&Tape::inference().input(t)).into_value()?.to_vec())
    }

    /// `mean (u'' + 2 δ u' + ω² u)²` at these times.
    fn residual(&self, t: Tensor) -> Result<Var, Error> {
        let tape = Tape::higher_order();
        let t = tape.variable(t);
        let u = self.forward(&t);
        // Each `u` depends on its own `t` alone, so the gradient of the sum has the derivative of each.
        let [first] = u.sum(..).gradients([&t])?;
        let [second] = first.sum(..).gradients([&t])?;
        let Oscillator {
            damping, frequency, ..
        } = self.oscillator;
        let left = second + first * (2.0 * damping) + u * (frequency * frequency);
        Ok(left.square().mean(..))
    }

    /// One step of training; the residual before it.
    pub(crate) fn step(&mut self) -> Result<f32, Error> {
        let t = Tensor::uniform([POINTS, 1], 0.0, self.oscillator.end, &mut self.rng)?;
        let loss = self.residual(t)?;
        let gradients = loss.backward()?;
        self.scheduler.step(&mut self.optimizer);
        self.optimizer.step(&mut self.network, &gradients)?;
        Ok(loss.item()?)
    }
}
