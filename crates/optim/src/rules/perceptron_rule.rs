use backprop_tensor::{Error as TensorError, Float, Rng, Tensor};

use super::check_label;
use crate::Result;

/// A rule that corrects the weights of one neuron where it takes a sample for the other class.
///
/// Labels `t` are -1 and 1. A sample is classified right if `t w·x > 0`: one on the line itself, `w·x = 0`, counts as a mistake whatever its
/// label, so that learning can begin from weights of 0. (Where a neuron must answer, `w·x ≥ 0` is class 1 by custom.)
pub trait PerceptronRule<T: Float = f32> {
    /// Shows it a sample `[features]` of class `label`, -1 or 1: whether it was a mistake, and has been corrected.
    ///
    /// # Errors
    /// If weights and sample are not of one length and finite, the label is neither -1 nor 1, or a setting is out of its range. The weights
    /// have not changed then.
    fn step(&mut self, weights: &mut Tensor<T>, x: &Tensor<T>, label: T) -> Result<bool>;

    /// The weights to classify with, given those that are being trained: they themselves, unless the rule knows better ones.
    ///
    /// # Errors
    /// If the weights given are not of the shape that it was trained with.
    fn learned(&self, weights: &Tensor<T>) -> Result<Tensor<T>> {
        Ok(weights.clone())
    }

    /// Shows it samples `[n, features]` with labels `[n]` in their order, as Rosenblatt's cyclic rule does: the number of mistakes.
    ///
    /// # Errors
    /// As [`step`](Self::step), for the first sample that is at fault; those before it have been learned from. If there are not as many labels
    /// as samples.
    fn pass(&mut self, weights: &mut Tensor<T>, inputs: &Tensor<T>, labels: &Tensor<T>) -> Result<usize> {
        let (&[n, features], &[m]) = (inputs.shape().dims(), labels.shape().dims()) else {
            return Err(unfit(inputs, labels));
        };
        if n != m {
            return Err(unfit(inputs, labels));
        }
        if features == 0 {
            // Without features, all samples are on the line, however many.
            return Ok(n);
        }
        let mut mistakes = 0;
        for index in 0..n {
            let label = labels.get([index])?;
            mistakes += usize::from(self.step(weights, &inputs.select(0, index)?, label)?);
        }
        Ok(mistakes)
    }

    /// Shows it one of the `positive` and then one of the `negative` samples, both `[n, features]`, drawn at random: the number of mistakes, 0
    /// to 2. Classes of different size count the same then.
    ///
    /// # Errors
    /// As [`step`](Self::step), and if there are no positive or no negative samples.
    fn pair(
        &mut self,
        weights: &mut Tensor<T>,
        positive: &Tensor<T>,
        negative: &Tensor<T>,
        rng: &mut Rng,
    ) -> Result<usize> {
        let mut mistakes = 0;
        for (inputs, label) in [(positive, T::ONE), (negative, -T::ONE)] {
            let drawn = rng.below(inputs.shape().first().copied().unwrap_or(0));
            mistakes += usize::from(self.step(weights, &inputs.select(0, drawn)?, label)?);
        }
        Ok(mistakes)
    }
}

fn unfit<T: Float>(inputs: &Tensor<T>, labels: &Tensor<T>) -> crate::Error {
    let expected = "do not fit: samples [n, features] need labels [n]";
    TensorError::shapes("pass", inputs.shape(), labels.shape(), expected).into()
}

/// How many of the samples `[n, features]` are on the right side.
pub(super) fn count_right<T: Float>(
    weights: &Tensor<T>,
    inputs: &Tensor<T>,
    labels: &Tensor<T>,
) -> Result<usize> {
    let scores = inputs.matmul(weights)?;
    if scores.shape() != labels.shape() {
        return Err(unfit(inputs, labels));
    }
    labels
        .to_vec()
        .into_iter()
        .try_for_each(|label| check_label("pocket", label))?;
    let right = scores.try_mul(labels)?.greater(&Tensor::scalar(T::ZERO))?;
    Ok(usize::try_from(right.count_true(..)?.item()?).unwrap_or(0))
}
