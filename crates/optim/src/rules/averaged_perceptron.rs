use backprop_tensor::{Error as TensorError, Float, Tensor, kernel};
use serde::{Deserialize, Serialize};

use super::{Perceptron, PerceptronRule, add};
use crate::Result;

const NAME: &str = "averaged perceptron";

/// The averaged perceptron (Freund and Schapire, "Large margin classification using the perceptron algorithm", Machine Learning 37, 1999):
/// trains as [`Perceptron`] does, and classifies with the mean of the weights that there were after each sample:
///
/// ```text
/// w ← w + η t x        if t w·x ≤ 0
/// learned = 1/n Σ w     over all n samples shown
/// ```
///
/// Weights that many samples left alone count more than those that the next one corrected, so that the line no longer jumps about where no
/// line divides the classes. As scikit-learn's `SGDClassifier(loss="perceptron", average=True)` with `penalty=None`, `learning_rate="constant"`,
/// `eta0` for `η`, `shuffle=False` and `fit_intercept=False`; by default, it has a penalty and a rate of its own.
///
/// The weights must not be changed by others between two steps.
///
/// ```
/// use backprop_optim::rules::{AveragedPerceptron, PerceptronRule};
/// use backprop_tensor::Tensor;
///
/// let mut weights = Tensor::zeros([1])?;
/// let mut rule = AveragedPerceptron::new(1.0);
/// for (x, label) in [(4.0_f32, 1.0), (1.0, 1.0), (2.0, -1.0)] {
///     rule.step(&mut weights, &Tensor::from([x]), label)?;
/// }
/// // The weight was 4, 4 and 2.
/// assert_eq!(weights, Tensor::from([2.0]));
/// assert_eq!(rule.learned(&weights)?, Tensor::from([10.0 / 3.0]));
/// # Ok::<(), backprop_optim::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AveragedPerceptron<T: Float = f32> {
    rule: Perceptron,
    /// Of the weights after each sample, but for the last `survived`.
    sum: Option<Tensor<T>>,
    /// After how many samples the weights have been what they are.
    survived: u64,
    seen: u64,
}

impl<T: Float> AveragedPerceptron<T> {
    /// With this learning rate `η`, at least 0; 1 is usual.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            rule: Perceptron::new(learning_rate),
            sum: None,
            survived: 0,
            seen: 0,
        }
    }

    /// The sum of the weights after each sample.
    fn sum(&self, weights: &Tensor<T>) -> Result<Tensor<T>> {
        let survived = T::from_f64(self.survived as f64);
        match &self.sum {
            Some(sum) if sum.shape() != weights.shape() => {
                let expected = "must be equal: those of the weights before and of these";
                Err(TensorError::shapes(NAME, sum.shape(), weights.shape(), expected).into())
            }
            Some(sum) => Ok(sum.apply(&kernel!(|sum, w; n: survived| sum + n * w), &[weights])?),
            None => Ok(weights.apply(&kernel!(|w; n: survived| n * w), &[])?),
        }
    }
}

impl<T: Float> PerceptronRule<T> for AveragedPerceptron<T> {
    fn step(&mut self, weights: &mut Tensor<T>, x: &Tensor<T>, label: T) -> Result<bool> {
        let correction = self.rule.correction(NAME, weights, x, label)?;
        if let Some(step) = correction {
            self.sum = Some(self.sum(weights)?);
            self.survived = 0;
            Tensor::update(&add(step), &mut [weights], &[x])?;
        }
        // Counts that were read from a file may say anything.
        self.survived = self.survived.saturating_add(1);
        self.seen = self.seen.saturating_add(1);
        Ok(correction.is_some())
    }

    fn learned(&self, weights: &Tensor<T>) -> Result<Tensor<T>> {
        if self.seen == 0 {
            return Ok(weights.clone());
        }
        let seen = T::from_f64(self.seen as f64);
        Ok(self
            .sum(weights)?
            .into_apply(&kernel!(|sum; n: seen| sum / n), &[])?)
    }
}
