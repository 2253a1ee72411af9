use backprop_tensor::{Float, Kernel, kernel};
use serde::{Deserialize, Serialize};

use crate::{Check, ParamStep, Result, RuleOptimizer, UpdateRule};

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
/// As PyTorch's `RMSprop`. `η`, `λ` and `ε` are at least 0, `α` and `μ` from 0 to below 1. By default `α = 0.99`, `ε = 1e-8`, and `μ` and `λ` are 0.
///
/// ```
/// use backprop_optim::RmsProp;
///
/// let optimizer = RmsProp::<f32>::new(1e-3).momentum(0.9).centered(true);
/// ```
pub type RmsProp<T = f32> = RuleOptimizer<RmsPropRule, T>;

/// The rule of [`RmsProp`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RmsPropRule {
    alpha: f64,
    epsilon: f64,
    momentum: f64,
    centered: bool,
}

impl Default for RmsPropRule {
    fn default() -> Self {
        Self {
            alpha: 0.99,
            epsilon: 1e-8,
            momentum: 0.0,
            centered: false,
        }
    }
}

impl<T: Float> RuleOptimizer<RmsPropRule, T> {
    /// The share `α` of the running square that is kept from step to step.
    pub fn alpha(self, alpha: f64) -> Self {
        self.with(|rule| rule.alpha = alpha)
    }

    /// What keeps the divisor away from 0, `ε`.
    pub fn epsilon(self, epsilon: f64) -> Self {
        self.with(|rule| rule.epsilon = epsilon)
    }

    /// The share `μ` of the last step's direction that is kept.
    pub fn momentum(self, momentum: f64) -> Self {
        self.with(|rule| rule.momentum = momentum)
    }

    /// Divides by the root of the gradient's running variance instead of its square.
    pub fn centered(self, centered: bool) -> Self {
        self.with(|rule| rule.centered = centered)
    }
}

impl UpdateRule for RmsPropRule {
    const NAME: &'static str = "RmsProp";

    fn check(&self, check: Check) -> Result<()> {
        check.at_least_zero(&[("epsilon", self.epsilon)])?;
        check.below_one(&[("alpha", self.alpha), ("momentum", self.momentum)])
    }

    /// Without momentum `b` is the step alone, and nothing to keep.
    fn state(&self) -> &'static [&'static str] {
        match (self.centered, self.momentum == 0.0) {
            (false, true) => &["square_avg"],
            (false, false) => &["square_avg", "momentum_buffer"],
            (true, true) => &["square_avg", "_momentum_buffer", "grad_avg"],
            (true, false) => &["square_avg", "momentum_buffer", "grad_avg"],
        }
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let &Self {
            alpha,
            epsilon,
            momentum,
            centered,
        } = self;
        let (rate, rest) = (step.learning_rate, 1.0 - alpha);
        let (decay, _) = step.decay(false);
        let (least, least_square) = step.least_counted(epsilon);
        let least_mean = step.least_mean();
        Ok(match (centered, momentum == 0.0) {
            (false, true) => {
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
            (false, false) => kernel!(
                mut w, s, b; g; rate, alpha, rest, epsilon, decay, least, least_square, least_mean, momentum => {
                let g = g + decay * w;
                let counted = if g.abs() < least { 0.0 } else { g };
                s = alpha * s + rest * counted * counted;
                s = if s < least_square { 0.0 } else { s };
                let divisor = s.sqrt() + epsilon;
                b = momentum * b + if divisor == 0.0 { 0.0 } else { g / divisor };
                b = if b.abs() < least_mean { 0.0 } else { b };
                w -= rate * b;
            }),
            (true, true) => {
                kernel!(mut w, s, a; g; rate, alpha, rest, epsilon, decay, least, least_square, least_mean => {
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
                    let b = if divisor == 0.0 { 0.0 } else { g / divisor };
                    w -= rate * if b.abs() < least_mean { 0.0 } else { b };
                })
            }
            (true, false) => kernel!(
                mut w, s, b, a; g; rate, alpha, rest, epsilon, decay, least, least_square, least_mean, momentum => {
                let g = g + decay * w;
                let counted = if g.abs() < least { 0.0 } else { g };
                s = alpha * s + rest * counted * counted;
                s = if s < least_square { 0.0 } else { s };
                a = alpha * a + rest * g;
                a = if a.abs() < least { 0.0 } else { a };
                let d = if s.abs() < 1.0 / 0.0 { s - a * a } else { s };
                let d = if d < 0.0 { 0.0 } else { d };
                let divisor = d.sqrt() + epsilon;
                b = momentum * b + if divisor == 0.0 { 0.0 } else { g / divisor };
                b = if b.abs() < least_mean { 0.0 } else { b };
                w -= rate * b;
            }),
        })
    }
}
