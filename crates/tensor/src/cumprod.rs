//! Cumulative products.

use crate::{Numeric, Result, Tensor};

impl<T: Numeric> Tensor<T> {
    /// The products of all elements up to and including each one along the axis: `y_i = x_0 x_1 ... x_i`.
    ///
    /// Each is right wherever it is representable: products come back into range where one on the way would not have been. Those of `f32` are carried
    /// in double precision; the i-th of `f64` has a relative error of at most i ε / 2. Integers wrap around on overflow.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.cumprod(1)?, Tensor::from([[1, 2, 6], [4, 20, 120]]));
    /// assert_eq!(x.cumprod(0)?, Tensor::from([[1, 2, 3], [4, 10, 18]]));
    /// let far = Tensor::from([2.0_f64, 1e300, 1e300, 1e-300, 1e-300]).cumprod(0)?;
    /// assert!((far.to_vec()[4] - 2.0).abs() < 1e-14);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn cumprod(&self, axis: isize) -> Result<Self> {
        let axis = self.shape().axis("cumprod", axis)?;
        let mut result = self.clone();
        if !self.is_empty() {
            let columns = self.shape()[axis + 1..].iter().product();
            let length = self.shape()[axis];
            if !T::cumulative_product(result.as_mut_slice()?, length, columns) {
                result = self.clone();
                T::wide_cumulative_product(result.as_mut_slice()?, length, columns);
            }
        }
        Ok(result)
    }
}
