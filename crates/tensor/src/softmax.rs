//! Softmax along an axis, and its logarithm.

use crate::{Float, Result, Tensor};

/// Below this many columns, rows are made of them and worked on instead.
const FEW_COLUMNS: usize = 16;

impl<T: Float> Tensor<T> {
    /// exp(x) / Σ exp(x) along the axis, computed as exp(x - m) / Σ exp(x - m) with m the largest x, so that nothing overflows.
    ///
    /// The relative error of each result is at most (150 + |x - m|) ε, however many there are; the last term is the rounding of that
    /// difference, the other one the sum's.
    ///
    /// -∞ becomes 0. Where all are -∞, or one is ∞ or NaN, all become NaN.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let scores = Tensor::from([[1.0, 1.0], [1000.0, 0.0]]);
    /// assert_eq!(scores.softmax(-1)?, Tensor::from([[0.5, 0.5], [1.0, 0.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn softmax(&self, axis: isize) -> Result<Self> {
        self.clone().softmax_along("softmax", axis, false)
    }

    /// As [`softmax`](Self::softmax), but into the memory of this tensor if nobody else holds it.
    ///
    /// # Errors
    /// As [`softmax`](Self::softmax).
    pub fn into_softmax(self, axis: isize) -> Result<Self> {
        self.softmax_along("softmax", axis, false)
    }

    /// x - log Σ exp(x) along the axis: the logarithm of [`softmax`](Self::softmax), exact where that rounds to 0.
    ///
    /// Computed as x - m - log(1 + rest), with m the largest x and the rest the sum of exp(x - m) without one 1: the logarithm of a
    /// probability near 1, -log(1 + rest), is right to a relative error of (150 + m - x') ε, with x' the second largest x.
    ///
    /// # Errors
    /// As [`softmax`](Self::softmax).
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let scores = Tensor::from([1000.0_f32, 0.0]);
    /// assert_eq!(scores.log_softmax(0)?, Tensor::from([0.0, -1000.0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn log_softmax(&self, axis: isize) -> Result<Self> {
        self.clone().softmax_along("log_softmax", axis, true)
    }

    /// As [`log_softmax`](Self::log_softmax), but into the memory of this tensor if nobody else holds it.
    ///
    /// # Errors
    /// As [`softmax`](Self::softmax).
    pub fn into_log_softmax(self, axis: isize) -> Result<Self> {
        self.softmax_along("log_softmax", axis, true)
    }

    fn softmax_along(self, operation: &'static str, axis: isize, logarithm: bool) -> Result<Self> {
        let axis = self.shape().axis(operation, axis)?;
        if self.is_empty() {
            return Ok(self);
        }
        let length = self.shape()[axis];
        let columns: usize = self.shape()[axis + 1..].iter().product();
        if columns == 1 {
            return self.softmax_rows(length, logarithm);
        }
        if columns < FEW_COLUMNS {
            let rows = self.transpose(axis as isize, -1)?;
            return rows
                .softmax_rows(length, logarithm)?
                .transpose(axis as isize, -1)?
                .contiguous();
        }
        let mut result = self;
        T::softmax_columns(result.as_mut_slice()?, length, columns, logarithm);
        Ok(result)
    }

    fn softmax_rows(mut self, length: usize, logarithm: bool) -> Result<Self> {
        if self.is_exclusive() {
            T::softmax_rows(self.as_mut_slice()?, length, logarithm, &|_, _| ());
            return Ok(self);
        }
        Self::build(*self.shape(), |target| {
            let read = |start, rows: &mut [T]| T::gather(rows, self.storage(), &self.layout(), start);
            T::softmax_rows(target, length, logarithm, &read);
        })
    }
}
