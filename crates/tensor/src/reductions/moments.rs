//! Variances, standard deviations and norms.

use crate::axes::{Axes, AxisSet};
use crate::kernels::{MappedSum, Reduction};
use crate::{Float, Result, Tensor, kernel, math};

impl<T: Float> Tensor<T> {
    /// The variance Σ (x - mean)² / (n - correction) along the axes.
    ///
    /// The correction is 0 for the variance of these numbers, and 1 (Bessel's) to estimate that of the distribution they are
    /// a sample of. With n no larger than it, the variance is NaN. The mean is computed first, so that nothing cancels where it
    /// is large.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis or one is named twice.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([1e8, 1e8 + 2.0, 1e8 + 4.0]);
    /// assert_eq!(x.var(0, 1)?.item()?, 4.0);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn var(&self, axes: impl Axes, correction: usize) -> Result<Self> {
        let axes = axes.resolve("var", self.shape())?;
        let count = axes.count(self.shape());
        let mean = self.reduce(&axes, Reduction::Sum)?.divide(count)?;
        let squares = self.mapped_sum(&axes, MappedSum::Squares, &mean)?;
        match count.checked_sub(correction) {
            None | Some(0) => Self::full(squares.shape(), T::NAN),
            Some(degrees) => squares.divide(degrees),
        }
    }

    /// The standard deviation: the square root of [`var`](Self::var).
    ///
    /// # Errors
    /// As [`var`](Self::var).
    pub fn std(&self, axes: impl Axes, correction: usize) -> Result<Self> {
        let axes = axes.resolve("std", self.shape())?;
        self.var(axes, correction)?
            .into_apply(&kernel!(|x| math::sqrt(x)), &[], &[])
    }

    /// The Euclidean norm √(Σ x²) along the axes; finite wherever it is representable, even if the squares are not.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis or one is named twice.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[3.0_f32, 4.0], [3e30, 4e30]]);
    /// assert_eq!(x.norm(1)?, Tensor::from([5.0, 5e30]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn norm(&self, axes: impl Axes) -> Result<Self> {
        let axes = axes.resolve("norm", self.shape())?;
        let squares = self.mapped_sum(&axes, MappedSum::Squares, &Self::zeros([0])?)?;
        let (least, most) = (T::MIN_NORMAL / T::EPSILON, T::INFINITY);
        let in_range = |&sum: &T| least <= sum && sum < most;
        if squares.as_slice().unwrap_or(&[]).iter().all(in_range) {
            return squares.into_apply(&kernel!(|x| math::sqrt(x)), &[], &[]);
        }
        self.scaled_norm(&axes)
    }

    /// The norm by way of numbers divided by the largest of them.
    fn scaled_norm(&self, axes: &AxisSet) -> Result<Self> {
        let largest = self.abs()?.reduce(&axes.keep(), Reduction::Maximum)?;
        // Where all are 0, or one is infinite or NaN, the sum of squares says it all.
        let usable = kernel!(|x; infinity| if x > 0.0 && x < infinity { x } else { 1.0 });
        let scale = largest.into_apply(&usable, &[T::INFINITY], &[])?;
        let squares = self
            .try_div(&scale)?
            .mapped_sum(axes, MappedSum::Squares, &Self::zeros([0])?)?;
        let scale = scale.reshape(squares.shape())?;
        squares.into_apply(&kernel!(|x, scale| math::sqrt(x) * scale), &[], &[&scale])
    }
}
