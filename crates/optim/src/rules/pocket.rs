use backprop_tensor::{Float, Tensor};
use serde::{Deserialize, Serialize};

use super::perceptron_rule::count_right;
use super::{Perceptron, PerceptronRule, add};
use crate::Result;

/// The pocket algorithm (Gallant, "Perceptron-based learning algorithms", IEEE Transactions on Neural Networks 1, 1990): trains as
/// [`Perceptron`] does, and keeps "in the pocket" the weights that classified the most samples in a row.
///
/// ```text
/// w ← w + η t x         if t w·x ≤ 0; the run of right answers is 0 again
/// pocket ← w            if its run is longer than that of the pocket
/// ```
///
/// Samples should come in random order, so that a long run means many right ones. With a [`ratchet`](Self::ratchet), weights must
/// also classify more of all samples than those in the pocket, which so never gets worse.
///
/// ```
/// use backprop_optim::rules::{PerceptronRule, Pocket};
/// use backprop_tensor::Tensor;
///
/// // No weight is right for all four.
/// let inputs = Tensor::from([[1.0_f32], [2.0], [3.0], [-1.0]]);
/// let labels = Tensor::from([1.0, 1.0, 1.0, 1.0]);
/// let mut weights = Tensor::zeros([1])?;
/// let mut rule = Pocket::new(1.0).ratchet(&inputs, &labels);
/// rule.pass(&mut weights, &inputs, &labels)?;
/// assert_eq!(weights, Tensor::from([0.0]));
/// assert_eq!(rule.learned(&weights)?, Tensor::from([1.0]));
/// # Ok::<(), backprop_optim::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Pocket<T: Float = f32> {
    rule: Perceptron,
    /// How many right answers the weights have given in a row.
    run: u64,
    /// Whether those weights have been compared with the pocket's.
    compared: bool,
    pocket: Option<Kept<T>>,
    ratchet: Option<(Tensor<T>, Tensor<T>)>,
}

/// What is in the pocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Kept<T: Float> {
    weights: Tensor<T>,
    run: u64,
    /// Of all samples; 0 without a ratchet.
    right: usize,
}

impl<T: Float> Pocket<T> {
    /// With this learning rate `η`, at least 0; 1 is usual.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            rule: Perceptron::new(learning_rate),
            run: 0,
            compared: false,
            pocket: None,
            ratchet: None,
        }
    }

    /// Has weights compared on all these samples, `[n, features]` with labels `[n]`, before they come into the pocket.
    #[must_use]
    pub fn ratchet(self, inputs: &Tensor<T>, labels: &Tensor<T>) -> Self {
        let ratchet = Some((inputs.clone(), labels.clone()));
        Self { ratchet, ..self }
    }

    /// Puts weights that have given a longer run of right answers into the pocket.
    fn keep(&mut self, weights: &Tensor<T>) -> Result<()> {
        if self.compared {
            // The pocket has these weights, or better ones.
            if let Some(kept) = self.pocket.as_mut().filter(|kept| kept.weights == *weights) {
                kept.run = kept.run.max(self.run);
            }
            return Ok(());
        }
        if self.pocket.as_ref().is_some_and(|kept| self.run <= kept.run) {
            return Ok(());
        }
        self.compared = true;
        let right = match &self.ratchet {
            Some((inputs, labels)) => count_right(weights, inputs, labels)?,
            None => 0,
        };
        let better = self.pocket.as_ref().is_none_or(|kept| right > kept.right);
        if better || self.ratchet.is_none() {
            let (weights, run) = (weights.clone(), self.run);
            self.pocket = Some(Kept { weights, run, right });
        }
        Ok(())
    }
}

impl<T: Float> PerceptronRule<T> for Pocket<T> {
    fn step(&mut self, weights: &mut Tensor<T>, x: &Tensor<T>, label: T) -> Result<bool> {
        let correction = self.rule.correction("pocket", weights, x, label)?;
        if let Some(step) = correction {
            Tensor::update(&add(step), &mut [weights], &[x])?;
            (self.run, self.compared) = (0, false);
        } else {
            // One that was read from a file may say anything.
            self.run = self.run.saturating_add(1);
            self.keep(weights)?;
        }
        Ok(correction.is_some())
    }

    fn learned(&self, weights: &Tensor<T>) -> Result<Tensor<T>> {
        let kept = self.pocket.as_ref().map(|kept| &kept.weights);
        Ok(kept.unwrap_or(weights).clone())
    }
}
