use backprop_tensor::{Float, Kernel, kernel};
use serde::{Deserialize, Serialize};

use crate::{Check, ParamStep, Result, RuleOptimizer, UpdateRule};

/// Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's form of it (Sutskever et al. 2013), and weight decay.
///
/// With learning rate `η`, momentum `μ`, dampening `τ` and weight decay `λ`:
///
/// ```text
/// g ← g + λ w                  weight decay, coupled: an L2 penalty
/// w ← w - η λ w                or decoupled
/// v ← μ v + (1 - τ) g          at the first step v ← g
/// w ← w - η v                  with Nesterov w ← w - η (g + μ v)
/// ```
///
/// As PyTorch's `SGD`. A velocity below 8 times the smallest normal number (1e-37 in f32)
/// becomes 0, as smaller ones take a hundred times as long. `η`, `λ` and `τ` are at least 0, `μ` is from 0 to below 1; Nesterov takes `μ` above 0 and `τ = 0` alone.
/// By default, all but the learning rate are 0.
///
/// ```
/// use backprop_optim::Sgd;
///
/// let optimizer = Sgd::<f32>::new(0.1).momentum(0.9).nesterov(true).weight_decay(1e-4);
/// ```
pub type Sgd<T = f32> = RuleOptimizer<SgdRule, T>;

/// The rule of [`Sgd`].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SgdRule {
    momentum: f64,
    dampening: f64,
    nesterov: bool,
    decoupled: bool,
}

impl<T: Float> RuleOptimizer<SgdRule, T> {
    /// The share `μ` of the last step's direction that is kept.
    pub fn momentum(self, momentum: f64) -> Self {
        self.with(|rule| rule.momentum = momentum)
    }

    /// How much less of a new gradient is taken into the momentum, `τ`.
    pub fn dampening(self, dampening: f64) -> Self {
        self.with(|rule| rule.dampening = dampening)
    }

    /// Looks one step of momentum ahead. Needs a momentum above 0 and a dampening of 0: a step is an error otherwise, as in PyTorch.
    pub fn nesterov(self, nesterov: bool) -> Self {
        self.with(|rule| rule.nesterov = nesterov)
    }

    /// Weight decay `λ` beside the gradient, which momentum does not see (Loshchilov and Hutter 2019). It stays so if `weight_decay` sets another
    /// `λ` afterwards; that of a group is decoupled too.
    pub fn decoupled_weight_decay(self, weight_decay: f64) -> Self {
        { self.weight_decay(weight_decay) }.with(|rule| rule.decoupled = true)
    }
}

impl UpdateRule for SgdRule {
    const NAME: &'static str = "Sgd";

    fn check(&self, check: Check) -> Result<()> {
        let (momentum, dampening) = ([("momentum", self.momentum)], [("dampening", self.dampening)]);
        check.at_least_zero(&dampening)?;
        check.below_one(&momentum)?;
        if self.nesterov {
            check.all(
                &momentum,
                |momentum| momentum > 0.0,
                "above 0 for Nesterov's form",
            )?;
            check.all(&dampening, |dampening| dampening == 0.0, "0 for Nesterov's form")?;
        }
        Ok(())
    }

    fn state(&self) -> &'static [&'static str] {
        match self.momentum == 0.0 {
            true => &[],
            false => &["momentum_buffer"],
        }
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let (rate, least, momentum) = (step.learning_rate, step.least_mean(), self.momentum);
        let (decay, shrink) = step.decay(self.decoupled);
        // The first gradient goes into the momentum whole.
        let share = if step.number == 1 {
            1.0
        } else {
            1.0 - self.dampening
        };
        if momentum == 0.0 {
            return Ok(kernel!(mut w; g; rate, decay, shrink => {
                w = w * shrink - rate * (g + decay * w);
            }));
        }
        Ok(match self.nesterov {
            false => kernel!(mut w, v; g; rate, decay, shrink, momentum, share, least => {
                v = momentum * v + share * (g + decay * w);
                v = if v.abs() < least { 0.0 } else { v };
                w = w * shrink - rate * v;
            }),
            true => kernel!(mut w, v; g; rate, decay, shrink, momentum, share, least => {
                v = momentum * v + share * (g + decay * w);
                v = if v.abs() < least { 0.0 } else { v };
                w = w * shrink - rate * (g + decay * w + momentum * v);
            }),
        })
    }
}
