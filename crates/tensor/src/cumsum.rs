//! Cumulative sums.

use crate::{Numeric, Result, Tensor};

impl<T: Numeric> Tensor<T> {
    /// The sums of all elements up to and including each one along the axis.
    ///
    /// Both `f32` and `f64` are added in double precision, in blocks of 256, and the sums of the blocks with compensation. So the error of the
    /// sum s of n elements is at most `ε |s| + 2⁻⁴⁴ Σ |x|` in `f32` (ε = 2⁻²³) and `(min(n, 256) + 2) ε Σ |x|` in `f64` (ε = 2⁻⁵²). Integers
    /// wrap around on overflow.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.cumsum(1)?, Tensor::from([[1, 3, 6], [4, 9, 15]]));
    /// assert_eq!(x.cumsum(0)?, Tensor::from([[1, 2, 3], [5, 7, 9]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn cumsum(&self, axis: isize) -> Result<Self> {
        let axis = self.shape().axis("cumsum", axis)?;
        let mut result = self.clone();
        if !self.is_empty() {
            let columns = self.shape()[axis + 1..].iter().product();
            T::cumulative_sum(result.as_mut_slice()?, self.shape()[axis], columns);
        }
        Ok(result)
    }
}
