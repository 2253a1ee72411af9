//! Rules of learning without gradients: what came before backpropagation, one file each.
//!
//! They change the weights of one neuron, `[features]`, sample by sample. A bias is the weight of a feature that is always 1.
//!
//! | rule | learns from | what comes of it |
//! | --- | --- | --- |
//! | [`Hebb`] (1949) | inputs alone | weights without bound, toward the first principal component |
//! | [`Oja`] (1982) | inputs alone | the first principal component, of length 1 |
//! | [`Perceptron`] (Rosenblatt 1958) | mistakes | a line between two classes, if there is one |
//! | [`AveragedPerceptron`] (Freund and Schapire 1999) | mistakes | the mean of all lines on the way |
//! | [`Pocket`] (Gallant 1990) | mistakes | the best of all lines on the way |
//!
//! ```
//! use backprop_optim::rules::{Perceptron, PerceptronRule};
//! use backprop_tensor::Tensor;
//!
//! // AND of -1 and 1; the last feature is the bias.
//! let inputs = Tensor::from([[-1.0_f32, -1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, 1.0]]);
//! let labels = Tensor::from([-1.0, -1.0, -1.0, 1.0]);
//! let mut weights = Tensor::zeros([3])?;
//! let mut rule = Perceptron::new(1.0);
//! while rule.pass(&mut weights, &inputs, &labels)? > 0 {}
//! assert_eq!(weights, Tensor::from([1.0, 1.0, -1.0]));
//! # Ok::<(), backprop_optim::Error>(())
//! ```

mod averaged_perceptron;
mod hebb;
mod oja;
mod perceptron;
mod perceptron_rule;
mod pocket;

pub use averaged_perceptron::AveragedPerceptron;
pub use hebb::Hebb;
pub use oja::Oja;
pub use perceptron::Perceptron;
pub use perceptron_rule::PerceptronRule;
pub use pocket::Pocket;

use backprop_tensor::{Error as TensorError, Float, Kernel, Tensor, kernel};

use crate::Result;

/// `w ← w + step x`.
fn add(step: impl Into<f64>) -> Kernel {
    kernel!(mut w; x; step => { w += step * x; })
}

/// `w·x`, of weights and a sample that fit and are finite.
fn score<T: Float>(rule: &'static str, weights: &Tensor<T>, x: &Tensor<T>) -> Result<T> {
    if weights.rank() != 1 || weights.shape() != x.shape() {
        let expected = "must be equal and of one axis: a weight for each feature";
        return Err(TensorError::shapes(rule, weights.shape(), x.shape(), expected).into());
    }
    let score = weights.dot(x)?.item()?;
    if score.to_f64().is_finite() {
        return Ok(score);
    }
    Err(TensorError::argument(rule, "w·x", score, "weights and samples must be finite").into())
}

/// Whether a sample is on the wrong side, or on neither.
fn is_mistake<T: Float>(score: T, label: T) -> bool {
    score * label <= T::ZERO
}

/// Labels are signs.
fn check_label<T: Float>(rule: &'static str, label: T) -> Result<()> {
    if label == T::ONE || label == -T::ONE {
        return Ok(());
    }
    Err(TensorError::argument(rule, "label", label, "must be -1 or 1").into())
}

/// Samples `[n, features]`, also if there is but one, `[features]`.
fn samples<T: Float>(rule: &'static str, weights: &Tensor<T>, x: &Tensor<T>) -> Result<Tensor<T>> {
    let rows = if x.rank() == 1 { x.unsqueeze(0)? } else { x.clone() };
    if weights.rank() == 1 && rows.rank() == 2 && rows.shape()[1] == weights.count() && rows.shape()[0] > 0 {
        return Ok(rows);
    }
    let expected = "do not fit: weights [features] need a sample [features], or samples [n, features]";
    Err(TensorError::shapes(rule, weights.shape(), x.shape(), expected).into())
}

/// Replaces the weights, unless the new ones are too large to be numbers.
fn replace<T: Float>(rule: &'static str, weights: &mut Tensor<T>, new: Tensor<T>) -> Result<()> {
    if !new.is_finite()?.all(..)?.item()? {
        let expected =
            "the step leads to weights that are not finite: learn from smaller numbers, or at a lower rate";
        return Err(TensorError::argument(rule, "weights", "beyond all numbers", expected).into());
    }
    *weights = new;
    Ok(())
}
