//! Padding, repeating and rolling.

use crate::{Element, Error, Layout, MAX_RANK, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// With so many elements of `value` added before and after each axis.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(x.pad(&[(0, 1), (1, 0)], 0)?, Tensor::from([[0, 1, 2], [0, 3, 4], [0, 0, 0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one pair an axis; [`Error::Size`] or [`Error::Memory`] if the result is too large.
    pub fn pad(&self, padding: &[(usize, usize)], value: T) -> Result<Self> {
        if padding.len() != self.rank() {
            let expected = format!(
                "needs {} pairs (before, after), got {}",
                self.rank(),
                padding.len()
            );
            return Err(Error::shape("pad", self.shape(), expected));
        }
        let mut dims = [0; MAX_RANK];
        for ((padded, &length), &(before, after)) in dims.iter_mut().zip(self.shape().iter()).zip(padding) {
            *padded = length.saturating_add(before).saturating_add(after);
        }
        let shape = Shape::checked("pad", &dims[..self.rank()])?;
        let mut place = Layout::row_major(shape);
        for (axis, &(before, _)) in padding.iter().enumerate() {
            place = place.slice("pad", axis, before, before + self.shape()[axis], 1)?;
        }
        Self::build(shape, |target| {
            T::fill(target, value);
            T::assign(target, &place, self.storage(), &self.layout());
        })
    }

    /// The whole repeated so many times along each axis, like tiles.
    ///
    /// Counts and axes are aligned at the last one, as NumPy's `tile` does: more counts than axes add axes in front, and
    /// axes without a count are left as they are.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([1, 2]);
    /// assert_eq!(x.repeat(&[2])?, Tensor::from([1, 2, 1, 2]));
    /// assert_eq!(x.repeat(&[3, 1])?, Tensor::from([[1, 2], [1, 2], [1, 2]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rank`], [`Error::Size`] or [`Error::Memory`] if no tensor can have the shape of the result.
    pub fn repeat(&self, counts: &[usize]) -> Result<Self> {
        let rank = self.rank().max(counts.len());
        if rank > MAX_RANK {
            return Err(Error::Rank {
                operation: "repeat",
                rank,
            });
        }
        let (mut dims, mut times) = ([1; MAX_RANK], [1; MAX_RANK]);
        dims[rank - self.rank()..rank].copy_from_slice(self.shape());
        times[rank - counts.len()..rank].copy_from_slice(counts);
        let mut repeated = dims;
        for (length, times) in repeated.iter_mut().zip(times) {
            *length = length.saturating_mul(times);
        }
        let shape = Shape::checked("repeat", &repeated[..rank])?;
        if shape.count() == 0 {
            return Self::build(shape, |_| ());
        }
        // Innermost axis first, so that what is copied more than once is short.
        let mut whole = self.clone();
        for axis in (0..rank).rev().filter(|&axis| times[axis] > 1) {
            let outer: usize = dims[..axis].iter().product();
            let block = whole.reshape([outer, 1, whole.count() / outer])?;
            let block = block.broadcast_to([outer, times[axis], block.shape()[2]])?;
            whole = block.contiguous()?;
        }
        whole.reshape(shape)
    }

    /// Each element moved `shift` places along `axis`, those beyond the end back to the beginning.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([1, 2, 3, 4]);
    /// assert_eq!(x.roll(1, 0)?, Tensor::from([4, 1, 2, 3]));
    /// assert_eq!(x.roll(-1, 0)?, Tensor::from([2, 3, 4, 1]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    pub fn roll(&self, shift: isize, axis: isize) -> Result<Self> {
        let length = self.shape()[self.shape().axis("roll", axis)?];
        // Lengths fit in an isize.
        let shift = shift.checked_rem_euclid(length as isize).unwrap_or(0) as usize;
        if shift == 0 {
            return Ok(self.clone());
        }
        let (head, tail) = (
            self.slice(axis, ..length - shift)?,
            self.slice(axis, length - shift..)?,
        );
        Self::concat(&[&tail, &head], axis)
    }
}
