//! The largest and the smallest elements, and where they are.

use super::check_not_empty;
use crate::axes::{Axes, AxisSet};
use crate::kernels::{Plan, Reduction};
use crate::{Numeric, Result, Tensor};

impl<T: Numeric> Tensor<T> {
    /// The largest element along the axes, NaN if there is one.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis or one is named twice;
    /// [`Error::Shape`](crate::Error::Shape) if there are no elements along the axes.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1.0, 5.0], [3.0, f32::NAN]]);
    /// assert_eq!(x.max(0)?.to_vec()[0], 3.0);
    /// assert!(x.max(0)?.to_vec()[1].is_nan());
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn max(&self, axes: impl Axes) -> Result<Self> {
        self.extremum("max", axes.resolve("max", self.shape())?, Reduction::Maximum)
    }

    /// The smallest element along the axes, NaN if there is one.
    ///
    /// # Errors
    /// As [`max`](Self::max).
    pub fn min(&self, axes: impl Axes) -> Result<Self> {
        self.extremum("min", axes.resolve("min", self.shape())?, Reduction::Minimum)
    }

    /// The index of the largest element along the axes: the first one if there are several, the first NaN if there is one.
    ///
    /// The axis can be kept, as in `x.argmax(keep(-1))`. Through several axes the index counts in row-major order.
    ///
    /// # Errors
    /// As [`max`](Self::max).
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let scores = Tensor::from([[0.1, 0.7, 0.2], [0.4, 0.2, 0.4]]);
    /// assert_eq!(scores.argmax(-1)?, Tensor::from([1, 0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn argmax(&self, axes: impl Axes) -> Result<Tensor<i64>> {
        self.find(
            "argmax",
            axes.resolve("argmax", self.shape())?,
            Reduction::Maximum,
        )
    }

    /// The index of the smallest element along the axes: the first one if there are several, the first NaN if there is one.
    ///
    /// # Errors
    /// As [`max`](Self::max).
    pub fn argmin(&self, axes: impl Axes) -> Result<Tensor<i64>> {
        self.find(
            "argmin",
            axes.resolve("argmin", self.shape())?,
            Reduction::Minimum,
        )
    }

    fn extremum(&self, operation: &'static str, axes: AxisSet, reduction: Reduction) -> Result<Self> {
        check_not_empty(operation, self.shape(), &axes)?;
        self.reduce(&axes, reduction)
    }

    fn find(&self, operation: &'static str, axes: AxisSet, reduction: Reduction) -> Result<Tensor<i64>> {
        let extremes = self.extremum(operation, axes, reduction)?;
        let plan = Plan::in_order(&self.layout(), &axes);
        Tensor::build(*extremes.shape(), |target| {
            T::find(target, extremes.as_slice().unwrap_or(&[]), self.storage(), &plan);
        })
    }
}
