use backprop_tensor::{Float, Tensor, kernel};
use serde::{Deserialize, Serialize};

use super::{replace, samples};
use crate::Result;
use crate::settings::Check;

/// Hebb's rule (Hebb, "The Organization of Behavior", 1949): what fires together wires together. With `y = w·x`,
///
/// ```text
/// w ← w + η y x
/// ```
///
/// On average it multiplies the weights by `1 + η C`, where `C` is the mean of `x xᵀ`: they turn to the first principal component of
/// samples whose mean is 0, and grow without bound as they do. [`Oja`](super::Oja)'s rule holds them.
///
/// ```
/// use backprop_optim::rules::Hebb;
/// use backprop_tensor::Tensor;
///
/// let mut weights = Tensor::from([1.0_f32, 0.0]);
/// let y = Hebb::new(0.5).step(&mut weights, &Tensor::from([2.0, 1.0]))?;
/// assert_eq!(y, Tensor::from([2.0]));
/// assert_eq!(weights, Tensor::from([3.0, 1.0]));
/// # Ok::<(), backprop_optim::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hebb {
    learning_rate: f64,
}

impl Hebb {
    /// With this learning rate `η`, at least 0.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate }
    }

    /// Shows it a sample `[features]`, or takes the mean of the steps for samples `[n, features]`; gives `y`, `[n]`, from before the step.
    ///
    /// # Errors
    /// If the samples do not fit the weights `[features]`, there are none, the rate is out of its range, or the new weights would not be
    /// finite. They have not changed then.
    pub fn step<T: Float>(self, weights: &mut Tensor<T>, x: &Tensor<T>) -> Result<Tensor<T>> {
        Check::new("Hebb").at_least_zero(&[("learning_rate", self.learning_rate)])?;
        let x = samples("hebb", weights, x)?;
        let y = x.matmul(weights)?;
        let rate = T::from_f64(self.learning_rate / x.shape()[0] as f64);
        let step = kernel!(|w, yx; rate| w + rate * yx);
        let new = weights.apply(&step, &[&y.matmul(&x)?])?;
        replace("hebb", weights, new)?;
        Ok(y)
    }
}
