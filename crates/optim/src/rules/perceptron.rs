use backprop_tensor::{Float, Tensor};
use serde::{Deserialize, Serialize};

use super::{PerceptronRule, add, check_label, is_mistake, score};
use crate::Result;
use crate::settings::Check;

/// The perceptron's rule (Rosenblatt, "The Perceptron", Psychological Review 65, 1958): a sample `x` of label `t` on the wrong side of the
/// line is added to the weights, with its sign:
///
/// ```text
/// w ← w + η t x        if t w·x ≤ 0
/// ```
///
/// It is gradient descent, sample by sample, on the perceptron criterion `E(w) = -Σ t w·x`, the sum being over misclassified samples.
/// If some unit vector `u` has `t u·x ≥ γ > 0` for all samples, and none is longer than `R`, no order of samples makes it err more than
/// `(R / γ)²` times from weights of 0 (Novikoff, "On convergence proofs on perceptrons", 1962); if there is none, it errs for ever.
/// From weights of 0, the rate `η` changes the weights' length and nothing else. As scikit-learn's
/// `Perceptron(shuffle=False, fit_intercept=False)`; an intercept is the weight of a feature that is always 1.
///
/// ```
/// use backprop_optim::rules::{Perceptron, PerceptronRule};
/// use backprop_tensor::Tensor;
///
/// let mut weights = Tensor::from([1.0_f32, 0.0]);
/// let mut rule = Perceptron::new(0.5);
/// assert!(!rule.step(&mut weights, &Tensor::from([2.0, 2.0]), 1.0)?);
/// assert!(rule.step(&mut weights, &Tensor::from([2.0, 2.0]), -1.0)?);
/// assert_eq!(weights, Tensor::from([0.0, -1.0]));
/// # Ok::<(), backprop_optim::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Perceptron {
    learning_rate: f64,
}

impl Perceptron {
    /// With this learning rate `η`, at least 0; 1 is usual.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate }
    }

    /// The step to take for a sample, `η t`, if it is a mistake.
    pub(super) fn correction<T: Float>(
        self,
        rule: &'static str,
        weights: &Tensor<T>,
        x: &Tensor<T>,
        label: T,
    ) -> Result<Option<T>> {
        Check::new(rule).at_least_zero(&[("learning_rate", self.learning_rate)])?;
        check_label(rule, label)?;
        let mistake = is_mistake(score(rule, weights, x)?, label);
        Ok(mistake.then(|| T::from_f64(self.learning_rate) * label))
    }
}

impl<T: Float> PerceptronRule<T> for Perceptron {
    fn step(&mut self, weights: &mut Tensor<T>, x: &Tensor<T>, label: T) -> Result<bool> {
        let correction = self.correction("perceptron", weights, x, label)?;
        if let Some(step) = correction {
            Tensor::update(&add(step), &mut [weights], &[x])?;
        }
        Ok(correction.is_some())
    }
}
