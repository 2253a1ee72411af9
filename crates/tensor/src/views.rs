//! Views: other shapes and orders of the same elements, none of which copies them.

use std::ops::{Bound, RangeBounds};

use crate::{Element, Error, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// The axes in another order.
    ///
    /// # Errors
    /// [`Error::Shape`] or [`Error::Axis`] unless every axis is named once.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let images = Tensor::<f32>::zeros([8, 28, 28, 3])?;
    /// assert_eq!(images.permute([0, 3, 1, 2])?.shape(), &[8, 3, 28, 28]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn permute(&self, axes: impl AsRef<[isize]>) -> Result<Self> {
        Ok(self.view(self.layout().permute("permute", axes.as_ref())?))
    }

    /// Two axes exchanged.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    pub fn transpose(&self, first: isize, second: isize) -> Result<Self> {
        let first = self.shape().axis("transpose", first)?;
        let second = self.shape().axis("transpose", second)?;
        let mut axes = [0, 1, 2, 3, 4, 5, 6, 7];
        axes.swap(first, second);
        Ok(self.view(self.layout().permute("transpose", &axes[..self.rank()])?))
    }

    /// The elements of `axis` whose index lies in `range`.
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::Argument`] if there is no such axis or range.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.slice(1, 1..)?, Tensor::from([[2, 3], [5, 6]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn slice(&self, axis: isize, range: impl RangeBounds<usize>) -> Result<Self> {
        self.slice_step(axis, range, 1)
    }

    /// Every `step`-th element of `axis` whose index lies in `range`; with a negative step, backwards from its end.
    ///
    /// # Errors
    /// As [`slice`](Self::slice), and [`Error::Argument`] for a step of 0.
    pub fn slice_step(&self, axis: isize, range: impl RangeBounds<usize>, step: isize) -> Result<Self> {
        let axis = self.shape().axis("slice", axis)?;
        let (start, end) = bounds(&range, self.shape()[axis]);
        Ok(self.view(self.layout().slice("slice", axis, start, end, step)?))
    }

    /// `axis` in reverse order.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    pub fn flip(&self, axis: isize) -> Result<Self> {
        self.slice_step(axis, .., -1)
    }

    /// The part at `index` of `axis`, without that axis.
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::Index`] if there is no such axis or index.
    pub fn select(&self, axis: isize, index: usize) -> Result<Self> {
        let axis = self.shape().axis("select", axis)?;
        let length = self.shape()[axis];
        if index >= length {
            return Err(Error::Index {
                operation: "select",
                index: i64::try_from(index).unwrap_or(i64::MAX),
                length,
            });
        }
        Ok(self.view(self.layout().remove_axis(axis, index)))
    }

    /// Repeated without a copy to a larger shape, by the rule of [`Shape::broadcast`].
    ///
    /// # Errors
    /// [`Error::Shapes`] if it does not broadcast to that shape.
    pub fn broadcast_to(&self, shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = Shape::checked("broadcast_to", shape.as_ref())?;
        Ok(self.view(self.layout().broadcast("broadcast_to", &shape)?))
    }

    /// The same elements, in row-major order, in another shape; a copy only where no strides describe it.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the new shape has another number of elements.
    pub fn reshape(&self, shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = Shape::checked("reshape", shape.as_ref())?;
        if shape.count() != self.count() {
            let expected = format!(
                "have {} and {} elements, which must be the same",
                self.count(),
                shape.count()
            );
            return Err(Error::shapes("reshape", self.shape(), &shape, expected));
        }
        if let Some(layout) = self.layout().reshape(&shape) {
            return Ok(self.view(layout));
        }
        Self::build(shape, |target| self.read(target))
    }

    /// The axes from `first` to `last` as one.
    ///
    /// # Errors
    /// [`Error::Axis`] if there are no such axes, in this order.
    pub fn flatten(&self, first: isize, last: isize) -> Result<Self> {
        let start = self.shape().axis("flatten", first)?;
        let end = self.shape().axis("flatten", last)?;
        if start > end {
            let expected = format!("comes before the first one, {first}").into();
            return Err(Error::Axis {
                operation: "flatten",
                axis: last,
                shape: self.shape().dims().into(),
                expected,
            });
        }
        let mut dims = self.shape().to_vec();
        let count = dims[start..=end].iter().product();
        dims.splice(start..=end, [count]);
        self.reshape(dims)
    }

    /// With a new axis of length 1 at `axis`, which may be one more than the last.
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::Rank`] if there is no room for such an axis.
    pub fn unsqueeze(&self, axis: isize) -> Result<Self> {
        let rank = self.rank() as isize;
        let index = if axis < 0 {
            axis.saturating_add(rank + 1)
        } else {
            axis
        };
        if !(0..=rank).contains(&index) {
            let expected = format!("a new axis goes from {} to {rank}", -rank - 1).into();
            return Err(Error::Axis {
                operation: "unsqueeze",
                axis,
                shape: self.shape().dims().into(),
                expected,
            });
        }
        Ok(self.view(self.layout().insert_axis("unsqueeze", index as usize)?))
    }

    /// Without `axis`, whose length is 1.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis or its length is not 1.
    pub fn squeeze(&self, axis: isize) -> Result<Self> {
        let index = self.shape().axis("squeeze", axis)?;
        if self.shape()[index] != 1 {
            let expected = "only an axis of length 1 can go".into();
            return Err(Error::Axis {
                operation: "squeeze",
                axis,
                shape: self.shape().dims().into(),
                expected,
            });
        }
        Ok(self.view(self.layout().remove_axis(index, 0)))
    }
}

/// Start and end of a range of an axis of this length.
pub(crate) fn bounds(range: &impl RangeBounds<usize>, length: usize) -> (usize, usize) {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&end) => end.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => length,
    };
    (start, end)
}
