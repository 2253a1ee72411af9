//! Means, variances, standard deviations and norms.

use super::all;
use super::squares::Squares;
use crate::axes::{Axes, AxisSet};
use crate::kernels::Reduction;
use crate::{Float, Result, Tensor, kernel, math};

/// What [`Tensor::moments`] finds, each of the reduced shape.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Moments<T: Float> {
    /// The [`mean`](Tensor::mean); of equal elements exactly what they are.
    pub mean: Tensor<T>,
    /// The [variance](Tensor::var).
    pub variance: Tensor<T>,
    /// The [standard deviation](Tensor::std). It is representable where its square, the variance, may not be.
    pub std: Tensor<T>,
    /// What the mean lost when it was rounded: the mean of `x - mean`, some ε of the mean. Only where it can matter: `None` if no mean is more
    /// than 16 standard deviations from 0.
    pub remainder: Option<Tensor<T>>,
}

impl<T: Float> Tensor<T> {
    /// The mean (Σ x) / n along the axes; NaN of no elements. Its error is that of [`sum`](Self::sum), divided by n. It is finite for finite
    /// elements, even if their sum is not.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis or one is named twice.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [5.0, 6.0]]);
    /// assert_eq!(x.mean(0)?, Tensor::from([3.0, 4.0]));
    /// assert_eq!(Tensor::from([3e38_f32, 3e38]).mean(..)?.item()?, 3e38);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn mean(&self, axes: impl Axes) -> Result<Self> {
        self.mean_over(&axes.resolve("mean", self.shape())?)
    }

    fn mean_over(&self, axes: &AxisSet) -> Result<Self> {
        let sum = self.reduce(axes, Reduction::Sum)?;
        let count = axes.count(self.shape());
        let n = T::from_f64(count as f64);
        let is_finite = |&sum: &T| math::abs(sum) < T::INFINITY;
        if all(sum.as_slice().unwrap_or(&[]), is_finite) {
            return sum.into_apply(&kernel!(|x; n| x / n), &[]);
        }
        // A power of 2 above the number of elements: no sum of the parts overflows, and none of their digits is lost that a sum beyond the
        // largest number could show.
        let parts = (count as f64).log2().ceil().exp2() * 2.0;
        let part = T::from_f64(1.0 / parts);
        let careful = self
            .apply(&kernel!(|x; part| x * part), &[])?
            .reduce(axes, Reduction::Sum)?;
        let share = T::from_f64(count as f64 / parts);
        let largest = T::INFINITY.next_lower();
        let choice = kernel!(|sum, careful; n, share, largest| if math::abs(sum) <= largest {
            sum / n
        } else if math::abs(careful) <= largest {
            // Rounding alone can bring a mean of finite numbers above the largest.
            math::max(math::min(careful / share, largest), -largest)
        } else {
            careful
        });
        sum.into_apply(&choice, &[&careful])
    }

    /// Mean, variance and standard deviation along the axes at once, for less than one after another.
    ///
    /// # Errors
    /// As [`var`](Self::var).
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let moments = Tensor::from([1e20_f32, 2e20, 3e20]).moments(.., 1)?;
    /// assert_eq!(moments.mean.item()?, 2e20);
    /// assert_eq!(moments.variance.item()?, f32::INFINITY);
    /// assert!((moments.std.item()? / 1e20 - 1.0).abs() < 1e-6);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn moments(&self, axes: impl Axes, correction: usize) -> Result<Moments<T>> {
        let axes = axes.resolve("moments", self.shape())?;
        let (mean, squares, remainder) = self.centered(&axes, FAR)?;
        let degrees = degrees(axes.count(self.shape()), correction);
        Ok(Moments {
            mean,
            variance: squares.clone().mean(degrees)?,
            std: squares.root_mean(degrees)?,
            remainder,
        })
    }

    /// The variance Σ (x - mean)² / (n - correction) along the axes.
    ///
    /// The correction is 0 for the variance of these numbers, and 1 (Bessel's) to estimate that of the distribution they are
    /// a sample of. With n no larger than it, the variance is NaN: a negative or zero divisor has no meaning. (PyTorch's is infinite there, unless
    /// all elements are equal.) Equal elements have the variance 0. The mean is computed first, so that nothing cancels where it
    /// is large. It is right wherever it is representable, even if the squares or their sum are not.
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
        let (_, squares, _) = self.centered(&axes, far_for_squares::<T>())?;
        squares.mean(degrees(axes.count(self.shape()), correction))
    }

    /// The standard deviation √(Σ (x - mean)² / (n - correction)) along the axes, the square root of [`var`](Self::var); right even where
    /// the variance is too large or too small for the type.
    ///
    /// # Errors
    /// As [`var`](Self::var).
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1.0_f32, 2.0, 3.0], [1e20, 2e20, 3e20]]);
    /// let std = x.std(1, 1)?.to_vec();
    /// assert_eq!(std[0], 1.0);
    /// assert!((std[1] / 1e20 - 1.0).abs() < 1e-6);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn std(&self, axes: impl Axes, correction: usize) -> Result<Self> {
        let axes = axes.resolve("std", self.shape())?;
        let (_, squares, _) = self.centered(&axes, far_for_squares::<T>())?;
        squares.root_mean(degrees(axes.count(self.shape()), correction))
    }

    /// The mean, the squares of the distances from it, and what the mean lost when it was rounded, if one is so many standard deviations from 0.
    fn centered(&self, axes: &AxisSet, far: f64) -> Result<(Self, Squares<T>, Option<Self>)> {
        let mut mean = self.mean_over(axes)?;
        let squares = Squares::of(self, axes, Some(&mut mean))?;
        let count = axes.count(self.shape());
        if !squares.are_far(&mean, count, far) {
            return Ok((mean, squares, None));
        }
        let remainder = self.remainder(&mean, axes)?;
        Ok((mean, squares.about(&remainder, count)?, Some(remainder)))
    }

    /// The mean of the distances from what is almost the mean.
    fn remainder(&self, mean: &Self, axes: &AxisSet) -> Result<Self> {
        let mean = mean.reshape(axes.reduce_keeping(self.shape()))?;
        let distance = kernel!(|x, mean| x - mean);
        let remainder = self.apply(&distance, &[&mean])?.mean_over(axes)?;
        // A distance alone may be too large for the type.
        let known = kernel!(|x; infinity: T::INFINITY| if math::abs(x) < infinity { x } else { 0.0 });
        remainder.into_apply(&known, &[])
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
        Squares::of(self, &axes, None)?.root()
    }
}

/// From so many standard deviations on, what a mean lost is as large as the error of a sum of distances.
const FAR: f64 = 16.0;

/// From so many on, the square of it is as large as the error of the squares.
fn far_for_squares<T: Float>() -> f64 {
    0.25 / T::EPSILON.to_f64().sqrt()
}

/// What a sum of squares is divided by: NaN unless there are more elements than the correction takes off.
fn degrees<T: Float>(count: usize, correction: usize) -> T {
    match count.checked_sub(correction) {
        None | Some(0) => T::NAN,
        Some(degrees) => T::from_f64(degrees as f64),
    }
}
