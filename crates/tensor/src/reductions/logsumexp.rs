//! The logarithm of a sum of exponentials.

use crate::axes::Axes;
use crate::kernels::{MappedSum, Reduction};
use crate::{Float, Result, Tensor, kernel, math};

impl<T: Float> Tensor<T> {
    /// log Σ exp(x) along the axes, computed as m + log Σ exp(x - m) with m the largest x, so that nothing overflows.
    ///
    /// It is -∞ of no elements and where all of them are -∞, ∞ where one is, NaN where one is NaN.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis or one is named twice.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1000.0_f64, 1000.0], [0.0, f64::NEG_INFINITY]]);
    /// assert_eq!(x.logsumexp(1)?, Tensor::from([1000.0 + 2_f64.ln(), 0.0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn logsumexp(&self, axes: impl Axes) -> Result<Self> {
        let axes = axes.resolve("logsumexp", self.shape())?;
        let largest = self.reduce(&axes, Reduction::Maximum)?;
        // Differences of infinities would be NaN.
        let finite = kernel!(|x; infinity| if math::abs(x) < infinity { x } else { 0.0 });
        let shift = largest.into_apply(&finite, &[T::INFINITY], &[])?;
        let sums = self.mapped_sum(&axes, MappedSum::Exponentials, &shift)?;
        sums.into_apply(&kernel!(|sum, shift| math::log(sum) + shift), &[], &[&shift])
    }
}
