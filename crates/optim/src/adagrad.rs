use backprop_tensor::{Float, Kernel, kernel};
use serde::{Deserialize, Serialize};

use crate::{Check, ParamStep, Result, RuleOptimizer, UpdateRule};

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
/// As PyTorch's `Adagrad`. All settings are at least 0. By default `ε = 1e-10`, and `δ` and `λ` are 0.
///
/// ```
/// use backprop_optim::Adagrad;
///
/// let optimizer = Adagrad::<f32>::new(0.01).learning_rate_decay(1e-4);
/// ```
pub type Adagrad<T = f32> = RuleOptimizer<AdagradRule, T>;

/// The rule of [`Adagrad`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdagradRule {
    learning_rate_decay: f64,
    epsilon: f64,
}

impl Default for AdagradRule {
    fn default() -> Self {
        Self {
            learning_rate_decay: 0.0,
            epsilon: 1e-10,
        }
    }
}

impl<T: Float> RuleOptimizer<AdagradRule, T> {
    /// How fast the learning rate falls, `δ`.
    pub fn learning_rate_decay(self, learning_rate_decay: f64) -> Self {
        self.with(|rule| rule.learning_rate_decay = learning_rate_decay)
    }

    /// What keeps the divisor away from 0, `ε`.
    pub fn epsilon(self, epsilon: f64) -> Self {
        self.with(|rule| rule.epsilon = epsilon)
    }
}

impl UpdateRule for AdagradRule {
    const NAME: &'static str = "Adagrad";

    fn check(&self, check: Check) -> Result<()> {
        check.at_least_zero(&[
            ("learning_rate_decay", self.learning_rate_decay),
            ("epsilon", self.epsilon),
        ])
    }

    fn state(&self) -> &'static [&'static str] {
        &["sum"]
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let &Self {
            learning_rate_decay,
            epsilon,
        } = self;
        let rate = step.learning_rate / (1.0 + (step.number - 1) as f64 * learning_rate_decay);
        let (decay, _) = step.decay(false);
        let (least, _) = step.least_counted(epsilon);
        Ok(kernel!(mut w, s; g; rate, epsilon, decay, least => {
            let g = g + decay * w;
            let counted = if g.abs() < least { 0.0 } else { g };
            s += counted * counted;
            let divisor = s.sqrt() + epsilon;
            w -= if divisor == 0.0 { 0.0 } else { rate * g / divisor };
        }))
    }
}
