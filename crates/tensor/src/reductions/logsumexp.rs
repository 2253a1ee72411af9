//! The logarithm of a sum of exponentials.

use crate::axes::Axes;
use crate::kernels::{MappedSum, Reduction};
use crate::{Float, Result, Tensor, kernel, math};

/// From 1 to this, a sum of exponentials has one 1 in it, that of the largest, and its logarithm is a matter of the others.
const FEW: f64 = 1.5;

/// Whether one of the results is small enough for the digits that the rest of a sum loses when added to 1.
fn any_rest_counts<T: Float>(sums: &Tensor<T>, shift: &Tensor<T>) -> bool {
    let (Some(sums), Some(shift)) = (sums.as_slice(), shift.as_slice()) else {
        return true;
    };
    let counts = |(&sum, &shift): (&T, &T)| sum < T::from_f64(FEW) && math::abs(shift) < T::ONE;
    sums.iter().zip(shift).any(counts)
}

impl<T: Float> Tensor<T> {
    /// log Σ exp(x) along the axes, computed as m + log Σ exp(x - m) with m the largest x, so that nothing overflows.
    ///
    /// Where one x stands out, it is m + log(1 + rest), whose rest leaves that x out: the logarithm keeps its digits where m is 0.
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
        let finite = kernel!(|x; infinity: T::INFINITY| if math::abs(x) < infinity { x } else { 0.0 });
        let shift = largest.into_apply(&finite, &[])?;
        let sums = self.mapped_sum(&axes, MappedSum::Exponentials, &shift)?;
        if !any_rest_counts(&sums, &shift) {
            return sums.into_apply(&kernel!(|sum, shift| math::log(sum) + shift), &[&shift]);
        }
        let rest = self.mapped_sum(&axes, MappedSum::OtherExponentials, &shift)?;
        let formula = kernel!(|sum, rest, shift; few: FEW| {
            // Below 1, there is no largest: all are -∞.
            let stands_out = sum >= 1.0 && sum < few;
            let logarithm = if stands_out { math::log1p(rest) } else { math::log(sum) };
            logarithm + shift
        });
        sums.into_apply(&formula, &[&rest, &shift])
    }
}
