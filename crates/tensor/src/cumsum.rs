//! Cumulative sums.

use crate::{Numeric, Result, Tensor};

impl<T: Numeric> Tensor<T> {
    /// The sums of all elements up to and including each one along the axis.
    ///
    /// Sums of `f32` are carried in double precision, those of `f64` with compensation. So with s = Σ x over the n elements of a sum, its error
    /// is at most ε |s| + n 2⁻⁵³ Σ |x| in `f32` (ε = 2⁻²³), and ε |s| + (n ε)² Σ |x| in `f64` (ε = 2⁻⁵²). Integers wrap around on overflow.
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
