use backprop_tensor::{Float, Kernel, kernel};
use serde::{Deserialize, Serialize};

use crate::{Check, ParamStep, Result, RuleOptimizer, UpdateRule};

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
/// As PyTorch's `Adam`. `η`, `λ` and `ε` are at least 0, `β₁` and `β₂` from 0 to below 1. [`AdamW`](crate::AdamW) has the better weight decay.
/// By default `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8` and `λ = 0`.
///
/// ```
/// use backprop_optim::Adam;
///
/// let optimizer = Adam::<f32>::new(1e-3).betas(0.9, 0.99).epsilon(1e-6);
/// ```
pub type Adam<T = f32> = RuleOptimizer<AdamRule<false>, T>;

/// The rule of [`Adam`], and with decoupled weight decay of [`AdamW`](crate::AdamW).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdamRule<const DECOUPLED: bool> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

impl<const DECOUPLED: bool> Default for AdamRule<DECOUPLED> {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }
}

impl<const DECOUPLED: bool, T: Float> RuleOptimizer<AdamRule<DECOUPLED>, T> {
    /// The shares `β₁` of the running mean and `β₂` of the running square that are kept from step to step.
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        self.with(|rule| (rule.beta1, rule.beta2) = (beta1, beta2))
    }

    /// What keeps the divisor away from 0, `ε`.
    pub fn epsilon(self, epsilon: f64) -> Self {
        self.with(|rule| rule.epsilon = epsilon)
    }
}

impl<const DECOUPLED: bool> UpdateRule for AdamRule<DECOUPLED> {
    const NAME: &'static str = if DECOUPLED { "AdamW" } else { "Adam" };
    const WEIGHT_DECAY: f64 = if DECOUPLED { 0.01 } else { 0.0 };

    fn check(&self, check: Check) -> Result<()> {
        check.at_least_zero(&[("epsilon", self.epsilon)])?;
        check.below_one(&[("beta1", self.beta1), ("beta2", self.beta2)])
    }

    fn state(&self) -> &'static [&'static str] {
        &["exp_avg", "exp_avg_sq"]
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let &Self {
            beta1,
            beta2,
            epsilon,
        } = self;
        let (decay, shrink) = step.decay(DECOUPLED);
        let rate = step.learning_rate / step.bias_correction(beta1);
        let root = 1.0 / step.bias_correction(beta2).sqrt();
        let (least, least_square) = step.least_counted(epsilon);
        // Where every square counts, so does every mean.
        let least_mean = if least > 0.0 { step.least_mean() } else { 0.0 };
        Ok(kernel!(
            mut w, m, v; g; beta1, rest1: 1.0 - beta1, beta2, rest2: 1.0 - beta2, rate, root, epsilon, decay, shrink, least, least_square, least_mean => {
            let g = g + decay * w;
            m = beta1 * m + rest1 * g;
            m = if m.abs() < least_mean { 0.0 } else { m };
            let counted = if g.abs() < least { 0.0 } else { g };
            v = beta2 * v + rest2 * counted * counted;
            v = if v < least_square { 0.0 } else { v };
            let divisor = v.sqrt() * root + epsilon;
            let step = if divisor == 0.0 { 0.0 } else { rate * m / divisor };
            w = w * shrink - step;
        }))
    }
}
