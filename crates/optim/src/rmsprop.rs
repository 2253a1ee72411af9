use backprop_autodiff::{Gradients, Module};
use backprop_tensor::{Float, Kernel, Tensor, kernel};
use serde::{Deserialize, Serialize};

use crate::groups::{Group, Groups};
use crate::settings::{Check, least_counted, least_mean};
use crate::slots::{Slots, Update};
use crate::{Optimizer, OptimizerState, Result};

/// RMSprop: steps of the gradient over the root of its running square (Tieleman and Hinton 2012), also centered (Graves 2013).
///
/// With learning rate `η`, smoothing `α`, momentum `μ` and weight decay `λ`:
///
/// ```text
/// g ← g + λ w
/// s ← α s + (1 - α) g²
/// a ← α a + (1 - α) g                    centered: d = s - a², else d = s
/// b ← μ b + g / (sqrt(d) + ε)
/// w ← w - η b
/// ```
///
/// As PyTorch's `RMSprop`. `η`, `λ` and `ε` are at least 0, `α` and `μ` from 0 to below 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
#[must_use]
pub struct RmsProp<T: Float = f32> {
    learning_rate: f64,
    alpha: f64,
    epsilon: f64,
    momentum: f64,
    centered: bool,
    weight_decay: f64,
    groups: Groups,
    slots: Slots<T>,
}

impl<T: Float> RmsProp<T> {
    /// With this learning rate, smoothing 0.99, epsilon 1e-8, and neither momentum nor weight decay.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            alpha: 0.99,
            epsilon: 1e-8,
            momentum: 0.0,
            centered: false,
            weight_decay: 0.0,
            groups: Groups::default(),
            slots: Slots::new(),
        }
    }

    /// The share `α` of the running square that is kept from step to step.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// What keeps the divisor away from 0.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// The share `μ` of the last step's direction that is kept.
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Divides by the root of the gradient's running variance instead of its square.
    pub fn centered(self, centered: bool) -> Self {
        Self { centered, ..self }
    }

    /// Weight decay `λ`.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// Other settings for some of the parameters.
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self.slots.forget_settings();
        self
    }

    fn check(&self) -> Result<()> {
        let check = Check("RmsProp");
        check.at_least_zero(&[
            ("learning_rate", self.learning_rate),
            ("epsilon", self.epsilon),
            ("weight_decay", self.weight_decay),
        ])?;
        check.below_one(&[("alpha", self.alpha), ("momentum", self.momentum)])?;
        check.groups(&self.groups)
    }
}

fn step(
    [
        rate,
        alpha,
        rest,
        epsilon,
        decay,
        least,
        least_square,
        least_mean,
        momentum,
    ]: [f64; 9],
) -> Kernel {
    kernel!(mut w, s, b; g; rate, alpha, rest, epsilon, decay, least, least_square, least_mean, momentum => {
        let g = g + decay * w;
        let counted = if g.abs() < least { 0.0 } else { g };
        s = alpha * s + rest * counted * counted;
        s = if s < least_square { 0.0 } else { s };
        let divisor = s.sqrt() + epsilon;
        b = momentum * b + if divisor == 0.0 { 0.0 } else { g / divisor };
        b = if b.abs() < least_mean { 0.0 } else { b };
        w -= rate * b;
    })
}
/// Without momentum `b` is the step alone, and nothing to keep.
fn plain([rate, alpha, rest, epsilon, decay, least, least_square, least_mean]: [f64; 8]) -> Kernel {
    kernel!(mut w, s; g; rate, alpha, rest, epsilon, decay, least, least_square, least_mean => {
        let g = g + decay * w;
        let counted = if g.abs() < least { 0.0 } else { g };
        s = alpha * s + rest * counted * counted;
        s = if s < least_square { 0.0 } else { s };
        let divisor = s.sqrt() + epsilon;
        let b = if divisor == 0.0 { 0.0 } else { g / divisor };
        w -= rate * if b.abs() < least_mean { 0.0 } else { b };
    })
}
fn centered(
    [
        rate,
        alpha,
        rest,
        epsilon,
        decay,
        least,
        least_square,
        least_mean,
        momentum,
    ]: [f64; 9],
) -> Kernel {
    kernel!(mut w, s, b, a; g; rate, alpha, rest, epsilon, decay, least, least_square, least_mean, momentum => {
        let g = g + decay * w;
        let counted = if g.abs() < least { 0.0 } else { g };
        s = alpha * s + rest * counted * counted;
        s = if s < least_square { 0.0 } else { s };
        a = alpha * a + rest * g;
        a = if a.abs() < least { 0.0 } else { a };
        // Rounding can bring a variance of 0 below it; where the squares are infinite, there is none of them less another.
        let d = if s.abs() < 1.0 / 0.0 { s - a * a } else { s };
        let d = if d < 0.0 { 0.0 } else { d };
        let divisor = d.sqrt() + epsilon;
        b = momentum * b + if divisor == 0.0 { 0.0 } else { g / divisor };
        b = if b.abs() < least_mean { 0.0 } else { b };
        w -= rate * b;
    })
}

fn centered_plain([rate, alpha, rest, epsilon, decay, least, least_square, least_mean]: [f64; 8]) -> Kernel {
    kernel!(mut w, s, a; g; rate, alpha, rest, epsilon, decay, least, least_square, least_mean => {
        let g = g + decay * w;
        let counted = if g.abs() < least { 0.0 } else { g };
        s = alpha * s + rest * counted * counted;
        s = if s < least_square { 0.0 } else { s };
        a = alpha * a + rest * g;
        a = if a.abs() < least { 0.0 } else { a };
        let d = if s.abs() < 1.0 / 0.0 { s - a * a } else { s };
        let d = if d < 0.0 { 0.0 } else { d };
        let divisor = d.sqrt() + epsilon;
        let b = if divisor == 0.0 { 0.0 } else { g / divisor };
        w -= rate * if b.abs() < least_mean { 0.0 } else { b };
    })
}

impl<T: Float> Optimizer<T> for RmsProp<T> {
    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()> {
        self.check()?;
        let (alpha, epsilon, momentum, is_centered) =
            (self.alpha, self.epsilon, self.momentum, self.centered);
        let (learning_rate, weight_decay) = (self.learning_rate, self.weight_decay);
        let count = match (is_centered, momentum == 0.0) {
            (true, _) => 3,
            (false, false) => 2,
            (false, true) => 1,
        };
        self.slots.step(model, gradients, &self.groups, count, |update| {
            let Update {
                parameter: w,
                gradient,
                state,
                settings,
                ..
            } = update;
            let rate = learning_rate * settings.learning_rate_factor;
            let decay = settings.weight_decay.unwrap_or(weight_decay);
            let (least, least_square) = least_counted::<T>(epsilon);
            let parameters = [
                rate,
                alpha,
                1.0 - alpha,
                epsilon,
                decay,
                least,
                least_square,
                least_mean::<T>(),
                momentum,
            ];
            let [without @ .., _] = parameters;
            match state {
                [s, _, a, ..] if is_centered && momentum == 0.0 => {
                    Tensor::update(&centered_plain(without), &mut [w, s, a], &[gradient])
                }
                [s, b, a, ..] if is_centered => {
                    Tensor::update(&centered(parameters), &mut [w, s, b, a], &[gradient])
                }
                [s, ..] if momentum == 0.0 => Tensor::update(&plain(without), &mut [w, s], &[gradient]),
                [s, b, ..] => Tensor::update(&step(parameters), &mut [w, s, b], &[gradient]),
                _ => Ok(()),
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
