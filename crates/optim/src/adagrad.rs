use backprop_autodiff::{Gradients, Module};
use backprop_tensor::{Float, Kernel, Tensor, kernel};
use serde::{Deserialize, Serialize};

use crate::groups::{Group, Groups};
use crate::settings::{Check, least_counted};
use crate::slots::{Slots, Update};
use crate::{Optimizer, OptimizerState, Result};

/// Adagrad: steps of the gradient over the root of the sum of its squares so far (Duchi, Hazan and Singer, JMLR 2011).
///
/// With learning rate `η`, its decay `δ`, weight decay `λ`, and `t` the number of the step:
///
/// ```text
/// g ← g + λ w
/// s ← s + g²
/// w ← w - η / (1 + (t - 1) δ) g / (sqrt(s) + ε)
/// ```
///
/// As PyTorch's `Adagrad`. All settings are at least 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
#[must_use]
pub struct Adagrad<T: Float = f32> {
    learning_rate: f64,
    learning_rate_decay: f64,
    epsilon: f64,
    weight_decay: f64,
    groups: Groups,
    slots: Slots<T>,
}

impl<T: Float> Adagrad<T> {
    /// With this learning rate, epsilon 1e-10, and no decay of anything.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            learning_rate_decay: 0.0,
            epsilon: 1e-10,
            weight_decay: 0.0,
            groups: Groups::default(),
            slots: Slots::new(),
        }
    }

    /// How fast the learning rate falls, `δ`.
    pub fn learning_rate_decay(self, learning_rate_decay: f64) -> Self {
        Self {
            learning_rate_decay,
            ..self
        }
    }

    /// What keeps the divisor away from 0.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
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
        let check = Check("Adagrad");
        check.at_least_zero(&[
            ("learning_rate", self.learning_rate),
            ("learning_rate_decay", self.learning_rate_decay),
            ("epsilon", self.epsilon),
            ("weight_decay", self.weight_decay),
        ])?;
        check.groups(&self.groups)
    }
}

fn step([rate, epsilon, decay, least]: [f64; 4]) -> Kernel {
    kernel!(mut w, s; g; rate, epsilon, decay, least => {
        let g = g + decay * w;
        let counted = if g.abs() < least { 0.0 } else { g };
        s += counted * counted;
        let divisor = s.sqrt() + epsilon;
        w -= if divisor == 0.0 { 0.0 } else { rate * g / divisor };
    })
}

impl<T: Float> Optimizer<T> for Adagrad<T> {
    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()> {
        self.check()?;
        let (learning_rate, learning_rate_decay) = (self.learning_rate, self.learning_rate_decay);
        let (epsilon, weight_decay) = (self.epsilon, self.weight_decay);
        self.slots.step(model, gradients, &self.groups, 1, |update| {
            let Update {
                parameter,
                gradient,
                state,
                steps,
                settings,
            } = update;
            let [sum, ..] = state else { return Ok(()) };
            let rate = learning_rate * settings.learning_rate_factor;
            let rate = rate / (1.0 + (steps - 1) as f64 * learning_rate_decay);
            let decay = settings.weight_decay.unwrap_or(weight_decay);
            let (least, _) = least_counted::<T>(epsilon);
            let parameters = [rate, epsilon, decay, least];
            Tensor::update(&step(parameters), &mut [parameter, sum], &[gradient])
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
