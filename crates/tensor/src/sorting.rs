//! Sorting along an axis.

use crate::kernels::SortRows;
use crate::{Error, Numeric, Result, Shape, Tensor};

impl<T: Numeric> Tensor<T> {
    /// The elements in order along the axis, and the indices they had.
    ///
    /// Equal elements keep their order, in both directions. NaN counts as larger than all numbers (as in PyTorch), and
    /// the two zeros as equal.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[3, 1, 2], [5, 5, 4]]);
    /// let (values, indices) = x.sort(-1, false)?;
    /// assert_eq!(values, Tensor::from([[1, 2, 3], [4, 5, 5]]));
    /// assert_eq!(indices, Tensor::from([[1, 2, 0], [2, 0, 1]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn sort(&self, axis: isize, descending: bool) -> Result<(Self, Tensor<i64>)> {
        let index = self.shape().axis("sort", axis)?;
        self.first_in_order(index, self.shape()[index], descending)
    }

    /// The indices that [`sort`](Self::sort) returns.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    pub fn argsort(&self, axis: isize, descending: bool) -> Result<Tensor<i64>> {
        let index = self.shape().axis("argsort", axis)?;
        Ok(self.first_in_order(index, self.shape()[index], descending)?.1)
    }

    /// The `k` largest elements along the axis, the largest first, or the `k` smallest, the smallest first, and their indices: the
    /// beginning of what [`sort`](Self::sort) returns, without sorting the rest.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis; [`Error::Argument`] if it has fewer than `k` elements.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let scores = Tensor::from([0.1, 0.5, 0.0, 0.4]);
    /// let (values, indices) = scores.topk(2, 0, true)?;
    /// assert_eq!(values, Tensor::from([0.5, 0.4]));
    /// assert_eq!(indices, Tensor::from([1, 3]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn topk(&self, k: usize, axis: isize, largest: bool) -> Result<(Self, Tensor<i64>)> {
        let index = self.shape().axis("topk", axis)?;
        let length = self.shape()[index];
        if k > length {
            let expected = format!("the axis has {length} elements");
            return Err(Error::argument("topk", "k", k, expected));
        }
        self.first_in_order(index, k, largest)
    }

    fn first_in_order(&self, axis: usize, count: usize, descending: bool) -> Result<(Self, Tensor<i64>)> {
        let rows = self.transpose(axis as isize, -1)?;
        let length = self.shape()[axis];
        let mut dims = rows.shape().to_vec();
        if let Some(last) = dims.last_mut() {
            *last = count;
        }
        let shape = Shape::new(dims)?;
        let mut result = Ok(());
        let mut indices = Tensor::<i64>::build(shape, |_| ())?;
        let index_slice = indices.as_mut_slice()?;
        let values = Self::build(shape, |values| {
            if !values.is_empty() {
                let rows = SortRows {
                    source: rows.storage(),
                    layout: &rows.layout(),
                    length,
                    descending,
                };
                result = T::sort(values, index_slice, &rows, count);
            }
        })?;
        result?;
        let back = axis as isize;
        Ok((
            values.transpose(back, -1)?.contiguous()?,
            indices.transpose(back, -1)?.contiguous()?,
        ))
    }
}
