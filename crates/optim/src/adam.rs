use backprop_autodiff::{Gradients, Module};
use backprop_tensor::{Float, Kernel, Tensor, kernel};
use serde::{Deserialize, Serialize};

use crate::groups::{Group, Groups};
use crate::settings::{Check, least_counted, least_mean};
use crate::slots::{Slots, Update};
use crate::{Optimizer, OptimizerState, Result};

/// Adam: steps of the gradient's running mean over the root of its running square (Kingma and Ba, ICLR 2015).
///
/// With learning rate `η`, decay rates `β₁`, `β₂`, weight decay `λ`, and `t` the number of the step:
///
/// ```text
/// g ← g + λ w
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// w ← w - η m / (1 - β₁ᵗ) / (sqrt(v / (1 - β₂ᵗ)) + ε)
/// ```
///
/// As PyTorch's `Adam`. `η`, `λ` and `ε` are at least 0, `β₁` and `β₂` from 0 to below 1. [`AdamW`] has the better weight decay.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
#[must_use]
pub struct Adam<T: Float = f32> {
    moments: Moments<T>,
}

/// Adam with decoupled weight decay: `w ← w - η λ w` beside the step instead of `λ w` in the gradient (Loshchilov and Hutter, ICLR 2019).
///
/// So the decay is not divided by the root of the gradient's running square. As PyTorch's `AdamW`; the rest is as in [`Adam`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
#[must_use]
pub struct AdamW<T: Float = f32> {
    moments: Moments<T>,
}

/// What both have in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
struct Moments<T: Float> {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    weight_decay: f64,
    groups: Groups,
    slots: Slots<T>,
}

fn step(
    [
        beta1,
        rest1,
        beta2,
        rest2,
        rate,
        root,
        epsilon,
        decay,
        shrink,
        least,
        least_square,
        least_mean,
    ]: [f64; 12],
) -> Kernel {
    kernel!(mut w, m, v; g; beta1, rest1, beta2, rest2, rate, root, epsilon, decay, shrink, least, least_square, least_mean => {
    let g = g + decay * w;
    m = beta1 * m + rest1 * g;
    m = if m.abs() < least_mean { 0.0 } else { m };
    let counted = if g.abs() < least { 0.0 } else { g };
    v = beta2 * v + rest2 * counted * counted;
    v = if v < least_square { 0.0 } else { v };
    let divisor = v.sqrt() * root + epsilon;
    let step = if divisor == 0.0 { 0.0 } else { rate * m / divisor };
    w = w * shrink - step;
    })
}

impl<T: Float> Moments<T> {
    fn new(learning_rate: f64, weight_decay: f64) -> Self {
        Self {
            learning_rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay,
            groups: Groups::default(),
            slots: Slots::new(),
        }
    }

    fn check(&self, name: &'static str) -> Result<()> {
        let check = Check(name);
        check.at_least_zero(&[
            ("learning_rate", self.learning_rate),
            ("epsilon", self.epsilon),
            ("weight_decay", self.weight_decay),
        ])?;
        check.below_one(&[("beta1", self.beta1), ("beta2", self.beta2)])?;
        check.groups(&self.groups)
    }

    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>, decoupled: bool) -> Result<()> {
        let &mut Self {
            learning_rate,
            beta1,
            beta2,
            epsilon,
            weight_decay,
            ..
        } = self;
        self.slots.step(model, gradients, &self.groups, 2, |update| {
            let Update {
                parameter,
                gradient,
                state,
                steps,
                settings,
            } = update;
            let [m, v, ..] = state else { return Ok(()) };
            let rate = learning_rate * settings.learning_rate_factor;
            let decay = settings.weight_decay.unwrap_or(weight_decay);
            let (coupled, shrink) = if decoupled {
                (0.0, 1.0 - rate * decay)
            } else {
                (decay, 1.0)
            };
            let steps = i32::try_from(steps).unwrap_or(i32::MAX);
            let rate = rate / (1.0 - beta1.powi(steps));
            let root = 1.0 / (1.0 - beta2.powi(steps)).sqrt();
            let (least, least_square) = least_counted::<T>(epsilon);
            // Where every square counts, so does every mean.
            let least_mean = if least > 0.0 { least_mean::<T>() } else { 0.0 };
            let parameters = [
                beta1,
                1.0 - beta1,
                beta2,
                1.0 - beta2,
                rate,
                root,
                epsilon,
                coupled,
                shrink,
                least,
                least_square,
                least_mean,
            ];
            Tensor::update(&step(parameters), &mut [parameter, m, v], &[gradient])
        })
    }
}

macro_rules! adam {
    ($name:ident, $label:literal, $weight_decay:literal, $decoupled:literal, $default:literal) => {
        impl<T: Float> $name<T> {
            #[doc = $default]
            pub fn new(learning_rate: f64) -> Self {
                Self {
                    moments: Moments::new(learning_rate, $weight_decay),
                }
            }

            /// The shares of the running mean and of the running square that are kept from step to step.
            pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
                (self.moments.beta1, self.moments.beta2) = (beta1, beta2);
                self
            }

            /// What keeps the divisor away from 0.
            pub fn epsilon(mut self, epsilon: f64) -> Self {
                self.moments.epsilon = epsilon;
                self
            }

            /// Weight decay `λ`.
            pub fn weight_decay(mut self, weight_decay: f64) -> Self {
                self.moments.weight_decay = weight_decay;
                self
            }

            /// Other settings for some of the parameters.
            pub fn group(mut self, group: Group) -> Self {
                self.moments.groups.push(group);
                self.moments.slots.forget_settings();
                self
            }
        }

        impl<T: Float> Optimizer<T> for $name<T> {
            fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()> {
                self.moments.check($label)?;
                self.moments.step(model, gradients, $decoupled)
            }

            fn learning_rate(&self) -> f64 {
                self.moments.learning_rate
            }

            fn set_learning_rate(&mut self, rate: f64) {
                self.moments.learning_rate = rate;
            }

            fn state(&self) -> Result<OptimizerState<T>> {
                Ok(self.moments.slots.clone().into())
            }

            fn load_state(&mut self, state: OptimizerState<T>) -> Result<()> {
                self.moments.slots = state.into();
                Ok(())
            }
        }
    };
}
adam! { Adam, "Adam", 0.0, false, "With this learning rate, betas 0.9 and 0.999, epsilon 1e-8 and no weight decay." }
adam! { AdamW, "AdamW", 0.01, true, "With this learning rate, betas 0.9 and 0.999, epsilon 1e-8 and weight decay 0.01." }
