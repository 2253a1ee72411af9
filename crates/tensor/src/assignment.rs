//! Changing elements in place. Storage that is shared is copied first, so that no other tensor sees the change.

use std::ops::RangeBounds;

use crate::views::bounds;
use crate::{Element, Layout, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// Changes the element at `index`.
    ///
    /// For many elements, [`as_mut_slice`](Self::as_mut_slice) is faster.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let mut x = Tensor::from([[1, 2], [3, 4]]);
    /// x.set([1, 0], 7)?;
    /// assert_eq!(x, Tensor::from([[1, 2], [7, 4]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if `index` has not one number an axis,
    /// [`Error::Index`](crate::Error::Index) if one is outside, [`Error::Memory`](crate::Error::Memory) if there is none
    /// for a copy of shared storage.
    pub fn set(&mut self, index: impl AsRef<[usize]>, value: T) -> Result<()> {
        let position = Layout::row_major(*self.shape()).position("set", index.as_ref())?;
        self.as_mut_slice()?[position] = value;
        Ok(())
    }

    /// Overwrites all elements with those of `source`, which is broadcast to this shape.
    ///
    /// # Errors
    /// [`Error::Shapes`](crate::Error::Shapes) if it does not broadcast, [`Error::Memory`](crate::Error::Memory) if there
    /// is none for a copy of shared storage.
    pub fn assign(&mut self, source: &Self) -> Result<()> {
        self.write("assign", &Layout::row_major(*self.shape()), source)
    }

    /// Overwrites the elements of `axis` whose index lies in `range` with those of `source`, which is broadcast to their
    /// shape.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let mut x = Tensor::<i32>::zeros([2, 3])?;
    /// x.slice_assign(1, 1.., &Tensor::from([5, 6]))?;
    /// assert_eq!(x, Tensor::from([[0, 5, 6], [0, 5, 6]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) or [`Error::Argument`](crate::Error::Argument) if there is no such axis or
    /// range, and as [`assign`](Self::assign).
    pub fn slice_assign(&mut self, axis: isize, range: impl RangeBounds<usize>, source: &Self) -> Result<()> {
        let axis = self.shape().axis("slice_assign", axis)?;
        let (start, end) = bounds(&range, self.shape()[axis]);
        let place = Layout::row_major(*self.shape()).slice("slice_assign", axis, start, end, 1)?;
        self.write("slice_assign", &place, source)
    }

    /// Writes to a view of this tensor in row-major order.
    fn write(&mut self, operation: &'static str, place: &Layout, source: &Self) -> Result<()> {
        let from = source.layout().broadcast(operation, place.shape())?;
        T::assign(self.as_mut_slice()?, place, source.storage(), &from);
        Ok(())
    }
}
