//! Softmax along an axis, its logarithm, and the gradients of both.

use crate::{Error, Float, Result, Tensor};

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

    /// The gradient of [`softmax`](Self::softmax) `y`, of this gradient `g` of its result: `y (g - Σ g y)` along the axis, into the memory of this
    /// tensor if nobody else holds it.
    ///
    /// What is the same in all `g` does not matter; so where one `y` is above 1/2 and its `g` is finite, that is subtracted from all of them first. Then
    /// the gradient of a probability near 1, which is a matter of what is left to 1, keeps its digits.
    ///
    /// A probability below the normal numbers of the type (1.2e-38 for f32, 2.2e-308 for f64) has lost digits, or all of them, and with them the
    /// gradient: that is an absolute error of at most 2 Σ |g| times the smallest normal number.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis; [`Error::Shapes`] unless both have one shape.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let y = Tensor::from([0.5, 0.25, 0.25]);
    /// let gradient = Tensor::from([4.0, 0.0, 0.0]);
    /// assert_eq!(gradient.into_softmax_gradient(&y, 0)?, Tensor::from([1.0, -0.5, -0.5]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn into_softmax_gradient(self, y: &Self, axis: isize) -> Result<Self> {
        self.gradient_along("into_softmax_gradient", y, axis, false)
    }

    /// The gradient of [`log_softmax`](Self::log_softmax) `y`, of this gradient `g` of its result: `g - e^y Σ g` along the axis, into the memory of this
    /// tensor if nobody else holds it. No `y` may be above 0.
    ///
    /// Of the first probability `e^y` above 1/2 it is `(1 - e^y) g - e^y Σ g` over the others, with `1 - e^y` from `y`, so that what is left to 1 keeps
    /// its digits.
    ///
    /// A probability below the normal numbers of the type (1.2e-38 for f32, 2.2e-308 for f64) has lost digits, or all of them, and with them the
    /// gradient: that is an absolute error of at most 2 Σ |g| times the smallest normal number.
    ///
    /// # Errors
    /// As [`into_softmax_gradient`](Self::into_softmax_gradient).
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let y = Tensor::from([0.5_f64, 0.25, 0.25]).log()?;
    /// let gradient = Tensor::from([1.0, 0.0, 0.0]).into_log_softmax_gradient(&y, 0)?;
    /// assert!(gradient.all_close(&Tensor::from([0.5, -0.25, -0.25]), 1e-15, 0.0, false)?);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn into_log_softmax_gradient(self, y: &Self, axis: isize) -> Result<Self> {
        self.gradient_along("into_log_softmax_gradient", y, axis, true)
    }

    fn gradient_along(self, operation: &'static str, y: &Self, axis: isize, logarithm: bool) -> Result<Self> {
        let axis = self.shape().axis(operation, axis)?;
        if self.shape() != y.shape() {
            let expected = "must be equal: a gradient has the shape of its value";
            return Err(Error::shapes(operation, self.shape(), y.shape(), expected));
        }
        if self.is_empty() {
            return Ok(self);
        }
        let length = self.shape()[axis];
        let columns: usize = self.shape()[axis + 1..].iter().product();
        if columns > 1 && columns < FEW_COLUMNS {
            let [rows, y] = [&self, y].map(|x| x.transpose(axis as isize, -1));
            return rows?
                .gradient_along(operation, &y?, -1, logarithm)?
                .transpose(axis as isize, -1)?
                .contiguous();
        }
        let y = y.contiguous()?;
        let y = y.as_slice().unwrap_or(&[]);
        let mut result = self;
        if columns > 1 {
            T::softmax_gradient_columns(result.as_mut_slice()?, y, length, columns, logarithm);
            return Ok(result);
        }
        if result.is_exclusive() {
            T::softmax_gradient_rows(result.as_mut_slice()?, y, length, logarithm, &|_, _| ());
            return Ok(result);
        }
        Self::build(*result.shape(), |target| {
            let layout = result.layout();
            let read = |start, rows: &mut [T]| T::gather(rows, result.storage(), &layout, start);
            T::softmax_gradient_rows(target, y, length, logarithm, &read);
        })
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
            let layout = self.layout();
            let read = |start, rows: &mut [T]| T::gather(rows, self.storage(), &layout, start);
            T::softmax_rows(target, length, logarithm, &read);
        })
    }
}
