//! A formula and the sums of what it gives, in one pass.

use crate::arithmetic::check;
use crate::kernels::MAX_OTHERS;
use crate::{Error, Float, Kernel, Result, Shape, Tensor, parallel};

impl<T: Float> Tensor<T> {
    /// As [`into_apply`](Self::into_apply), and the sums `Σ` of the result over all axes but the last, of the shape of that one.
    ///
    /// It is what the gradient of a bias takes beside that of an activation. Both have the bits that they have one after the other
    /// ([`sum_to`](Self::sum_to)), but rows are added while they are in the cache.
    ///
    /// ```
    /// # use backprop_tensor::{Tensor, kernel};
    /// let gradient = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let y = Tensor::from([[0.0, 1.0], [1.0, 0.0]]);
    /// let (masked, sums) = gradient.into_apply_and_sum(&kernel!(|g, y| g * y), &[&y])?;
    /// assert_eq!(masked, Tensor::from([[0.0, 2.0], [3.0, 0.0]]));
    /// assert_eq!(sums, Tensor::from([3.0, 2.0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`apply`](Self::apply); [`Error::Shape`] if the result is a scalar.
    pub fn into_apply_and_sum(mut self, kernel: &Kernel, others: &[&Self]) -> Result<(Self, Self)> {
        check(kernel, 1, others.len())?;
        let mut inputs = [&[][..]; MAX_OTHERS];
        let is_dense = |other: &Self| other.shape() == self.shape() && other.as_view().is_none();
        // More is faster one after the other, by several threads. By the size alone, so that what is done does not depend on whether another is awake.
        let is_small = self.count() < parallel::threshold::<T>(kernel.cost());
        let mut is_plain = self.rank() > 1 && others.len() <= MAX_OTHERS && !self.is_empty() && is_small;
        for (input, other) in inputs.iter_mut().zip(others) {
            is_plain &= is_dense(other);
            *input = other.storage();
        }
        let columns = self.shape().last().copied().unwrap_or(0);
        // Along a single column there is another order of sums.
        if is_plain && columns > 1 && self.is_exclusive() {
            let (inputs, rows) = (&inputs[..others.len()], self.as_mut_slice()?);
            let sums = Self::try_build(Shape::checked("apply", &[columns])?, |sums| {
                T::apply_and_sum(&T::function(kernel), &kernel.numbers(), sums, rows, inputs)
            })?;
            return Ok((self, sums));
        }
        let result = self.into_apply(kernel, others)?;
        let Some(&columns) = result.shape().last() else {
            let expected = "needs at least one axis";
            return Err(Error::shape("apply", result.shape(), expected));
        };
        let sums = result.sum_to([columns])?;
        Ok((result, sums))
    }
}
