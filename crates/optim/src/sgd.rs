use backprop_autodiff::{Gradients, Module};
use backprop_tensor::{Float, Kernel, Tensor, kernel};
use serde::{Deserialize, Serialize};

use crate::groups::{Group, Groups};
use crate::settings::{Check, least_mean};
use crate::slots::{Slots, Update};
use crate::{Optimizer, OptimizerState, Result};

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
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
#[must_use]
pub struct Sgd<T: Float = f32> {
    learning_rate: f64,
    momentum: f64,
    dampening: f64,
    nesterov: bool,
    weight_decay: f64,
    decoupled: bool,
    groups: Groups,
    slots: Slots<T>,
}

impl<T: Float> Sgd<T> {
    /// With this learning rate, and neither momentum nor weight decay.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            decoupled: false,
            groups: Groups::default(),
            slots: Slots::new(),
        }
    }

    /// The share `μ` of the last step's direction that is kept.
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// How much less of a new gradient is taken into the momentum, `τ`.
    pub fn dampening(self, dampening: f64) -> Self {
        Self { dampening, ..self }
    }

    /// Looks one step of momentum ahead. Needs a momentum above 0 and a dampening of 0: a step is an error otherwise, as in PyTorch.
    pub fn nesterov(self, nesterov: bool) -> Self {
        Self { nesterov, ..self }
    }

    /// Weight decay `λ`, added to the gradient as that of an L2 penalty.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self {
            weight_decay,
            decoupled: false,
            ..self
        }
    }

    /// Weight decay `λ` beside the gradient, which momentum does not see (Loshchilov and Hutter 2019).
    pub fn decoupled_weight_decay(self, weight_decay: f64) -> Self {
        Self {
            weight_decay,
            decoupled: true,
            ..self
        }
    }

    /// Other settings for some of the parameters.
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self.slots.forget_settings();
        self
    }

    fn check(&self) -> Result<()> {
        let check = Check("Sgd");
        check.at_least_zero(&[
            ("learning_rate", self.learning_rate),
            ("dampening", self.dampening),
            ("weight_decay", self.weight_decay),
        ])?;
        check.below_one(&[("momentum", self.momentum)])?;
        if self.nesterov {
            check.all(
                &[("momentum", self.momentum)],
                |momentum| momentum > 0.0,
                "above 0 for Nesterov's form",
            )?;
            check.all(
                &[("dampening", self.dampening)],
                |dampening| dampening == 0.0,
                "0 for Nesterov's form",
            )?;
        }
        check.groups(&self.groups)
    }
}

fn plain([rate, decay, shrink]: [f64; 3]) -> Kernel {
    kernel!(mut w; g; rate, decay, shrink => {
        w = w * shrink - rate * (g + decay * w);
    })
}
fn with_momentum([rate, decay, shrink, momentum, share, least]: [f64; 6]) -> Kernel {
    kernel!(mut w, v; g; rate, decay, shrink, momentum, share, least => {
        v = momentum * v + share * (g + decay * w);
        v = if v.abs() < least { 0.0 } else { v };
        w = w * shrink - rate * v;
    })
}
fn nesterov([rate, decay, shrink, momentum, share, least]: [f64; 6]) -> Kernel {
    kernel!(mut w, v; g; rate, decay, shrink, momentum, share, least => {
        v = momentum * v + share * (g + decay * w);
        v = if v.abs() < least { 0.0 } else { v };
        w = w * shrink - rate * (g + decay * w + momentum * v);
    })
}

impl<T: Float> Optimizer<T> for Sgd<T> {
    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()> {
        self.check()?;
        let (rate, momentum, dampening) = (self.learning_rate, self.momentum, self.dampening);
        let (weight_decay, decoupled) = (self.weight_decay, self.decoupled);
        let kernel = if self.nesterov { nesterov } else { with_momentum };
        let count = usize::from(momentum != 0.0);
        self.slots.step(model, gradients, &self.groups, count, |update| {
            let Update {
                parameter,
                gradient,
                state,
                steps,
                settings,
            } = update;
            let rate = rate * settings.learning_rate_factor;
            let decay = settings.weight_decay.unwrap_or(weight_decay);
            let (coupled, shrink) = if decoupled {
                (0.0, 1.0 - rate * decay)
            } else {
                (decay, 1.0)
            };
            // The first gradient goes into the momentum whole.
            let share = if steps == 1 { 1.0 } else { 1.0 - dampening };
            let parameters = [rate, coupled, shrink, momentum, share, least_mean::<T>()];
            match state {
                [velocity, ..] if momentum != 0.0 => {
                    Tensor::update(&kernel(parameters), &mut [parameter, velocity], &[gradient])
                }
                _ => Tensor::update(&plain([rate, coupled, shrink]), &mut [parameter], &[gradient]),
            }
        })
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }

    fn state(&self) -> Result<OptimizerState<T>> {
        Ok(self.slots.clone().into())
    }

    fn load_state(&mut self, state: OptimizerState<T>) -> Result<()> {
        self.slots = state.into();
        Ok(())
    }
}
