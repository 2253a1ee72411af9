//! Sums.

use crate::axes::{Axes, AxisSet};
use crate::kernels::Reduction;
use crate::{Error, Numeric, Result, Shape, Tensor};

impl<T: Numeric> Tensor<T> {
    /// The sum Σ x along the axes; 0 of no elements.
    ///
    /// The error of a sum of n numbers is at most (80 + log2 n) ε Σ |x|: they are added in blocks, and the blocks in a
    /// tree. Integers wrap around on overflow. Where a sum of some of the numbers is beyond the range, so is the whole, as in PyTorch, though the others might bring it back;
    /// [`mean`](Self::mean) is right there.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis or one is named twice.
    ///
    /// ```
    /// # use backprop_tensor::{Tensor, keep};
    /// let x = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.sum(0)?, Tensor::from([5, 7, 9]));
    /// assert_eq!(x.sum(keep(-1))?, Tensor::from([[6], [15]]));
    /// assert_eq!(x.sum(..)?, Tensor::scalar(21));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn sum(&self, axes: impl Axes) -> Result<Self> {
        self.reduce(&axes.resolve("sum", self.shape())?, Reduction::Sum)
    }

    /// The inverse of broadcasting: the sum along the axes that [`broadcast_to`](Self::broadcast_to) would have added
    /// or stretched on the way from `shape`. It is the adjoint of broadcasting, and hence its gradient.
    ///
    /// # Errors
    /// [`Error::Shapes`] if `shape` does not broadcast to that of this tensor.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let gradient = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(gradient.sum_to([3])?, Tensor::from([5.0, 7.0, 9.0]));
    /// assert_eq!(gradient.sum_to([2, 1])?, Tensor::from([[6.0], [15.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn sum_to(&self, shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = Shape::checked("sum_to", shape.as_ref())?;
        if shape == *self.shape() {
            return Ok(self.clone());
        }
        let axes = broadcast_axes(&shape, self.shape()).ok_or_else(|| {
            let expected = "do not fit: the second must broadcast to the first";
            Error::shapes("sum_to", self.shape(), &shape, expected)
        })?;
        let sum = self.reduce(&axes, Reduction::Sum)?;
        if *sum.shape() == shape {
            return Ok(sum);
        }
        sum.reshape(shape)
    }
}

/// The axes that broadcasting one shape to another adds or stretches, if it can.
fn broadcast_axes(from: &Shape, to: &Shape) -> Option<AxisSet> {
    let added = to.rank().checked_sub(from.rank())?;
    let stretched = |axis: usize| axis < added || from[axis - added] != to[axis];
    let axes = AxisSet::of(to, stretched);
    let fits = (added..to.rank()).all(|axis| !stretched(axis) || from[axis - added] == 1);
    fits.then_some(axes)
}
