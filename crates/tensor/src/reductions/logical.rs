//! Reductions of truth values.

use crate::axes::Axes;
use crate::kernels::{Plan, any_or_all};
use crate::{Result, Tensor};

impl Tensor<bool> {
    /// Whether any element along the axes is true; false of no elements.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis or one is named twice.
    pub fn any(&self, axes: impl Axes) -> Result<Self> {
        self.any_or_all("any", axes, false)
    }

    /// Whether all elements along the axes are true; true of no elements.
    ///
    /// # Errors
    /// As [`any`](Self::any).
    pub fn all(&self, axes: impl Axes) -> Result<Self> {
        self.any_or_all("all", axes, true)
    }

    /// The number of true elements along the axes.
    ///
    /// # Errors
    /// As [`any`](Self::any).
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let correct = Tensor::from([[true, false], [true, true]]);
    /// assert_eq!(correct.count_true(0)?, Tensor::from([2, 1]));
    /// assert_eq!(correct.count_true(..)?.item()?, 3);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn count_true(&self, axes: impl Axes) -> Result<Tensor<i64>> {
        let axes = axes.resolve("count_true", self.shape())?;
        self.map(i64::from)?.sum(axes)
    }

    fn any_or_all(&self, operation: &'static str, axes: impl Axes, all: bool) -> Result<Self> {
        let axes = axes.resolve(operation, self.shape())?;
        let plan = Plan::new(&self.layout(), &axes);
        Self::build(axes.reduce(self.shape()), |target| {
            any_or_all(all, target, self.storage(), &plan);
        })
    }
}
