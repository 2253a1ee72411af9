use backprop_tensor::{Float, Tensor, kernel};
use serde::{Deserialize, Serialize};

use super::{replace, samples};
use crate::Result;
use crate::settings::Check;

/// Oja's rule (Oja, "Simplified neuron model as a principal component analyzer", Journal of Mathematical Biology 15, 1982):
/// [`Hebb`](super::Hebb)'s with forgetting, which holds the weights at length 1. With `y = w·x`,
///
/// ```text
/// w ← w + η y (x - y w)
/// ```
///
/// On average it stands still where `C w = (wᵀ C w) w`, with `C` the mean of `x xᵀ`: at eigenvectors of length 1, and of these only the one of
/// the largest eigenvalue is stable. So from almost everywhere, at a rate below about `1 / λ₁`, the weights become the first principal
/// component of samples whose mean is 0.
///
/// ```
/// use backprop_optim::rules::Oja;
/// use backprop_tensor::Tensor;
///
/// let samples = Tensor::from([[2.0_f64, 2.0], [-2.0, -2.0], [0.5, -0.5], [-0.5, 0.5]]);
/// let mut weights = Tensor::from([1.0, 0.0]);
/// for _ in 0..100 {
///     Oja::new(0.1).step(&mut weights, &samples)?;
/// }
/// assert!(weights.to_vec().iter().all(|w| (w - 0.5_f64.sqrt()).abs() < 1e-9));
/// # Ok::<(), backprop_optim::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Oja {
    learning_rate: f64,
}

impl Oja {
    /// With this learning rate `η`, at least 0.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate }
    }

    /// Shows it a sample `[features]`, or takes the mean of the steps for samples `[n, features]`; gives `y`, `[n]`, from before the step.
    ///
    /// # Errors
    /// As [`Hebb::step`](super::Hebb::step).
    pub fn step<T: Float>(self, weights: &mut Tensor<T>, x: &Tensor<T>) -> Result<Tensor<T>> {
        Check::new("Oja").at_least_zero(&[("learning_rate", self.learning_rate)])?;
        let x = samples("oja", weights, x)?;
        let y = x.matmul(weights)?;
        let rate = T::from_f64(self.learning_rate / x.shape()[0] as f64);
        let step = kernel!(|w, yx, yy; rate| w + rate * (yx - yy * w));
        let new = weights.apply(&step, &[&y.matmul(&x)?, &y.dot(&y)?])?;
        replace("oja", weights, new)?;
        Ok(y)
    }
}
