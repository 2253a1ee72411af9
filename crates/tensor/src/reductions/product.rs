//! Products.

use super::all;
use crate::axes::{Axes, AxisSet};
use crate::kernels::Reduction;
use crate::math::WideProduct;
use crate::{Numeric, Result, Tensor};

impl<T: Numeric> Tensor<T> {
    /// The product Π x along the axes; 1 of no elements. Integers wrap around on overflow.
    ///
    /// A product that overflows or vanishes, though none of the elements is 0 or infinite, is computed again with an exponent of its own, so
    /// that it is right wherever it is representable, whatever the order of its factors. (Where it is a normal number, but part of its factors have a
    /// subnormal product, that one's digits are lost.)
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) if there is no such axis or one is named twice.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1.0_f32, 2.0, 3.0, 4.0], [1e30, 1e30, 1e-30, 1e-30]]);
    /// let products = x.prod(1)?.to_vec();
    /// assert_eq!(products[0], 24.0);
    /// assert!((products[1] - 1.0).abs() < 1e-6);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn prod(&self, axes: impl Axes) -> Result<Self> {
        let axes = axes.resolve("prod", self.shape())?;
        let products = self.reduce(&axes, Reduction::Product)?;
        let usable = |product: &T| is_normal(*product);
        if T::IS_INTEGER || all(products.as_slice().unwrap_or(&[]), usable) {
            return Ok(products);
        }
        self.wide_products(&axes, products)
    }

    /// Computes those products again that are not normal numbers.
    fn wide_products(&self, axes: &AxisSet, mut products: Self) -> Result<Self> {
        let count = axes.count(self.shape());
        let rows = self.permute(axes.last(self.shape()))?.contiguous()?;
        let rows = rows.as_slice().unwrap_or(&[]);
        for (product, row) in products.as_mut_slice()?.iter_mut().zip(rows.chunks(count.max(1))) {
            // A product of 0 with a 0 among its factors is right, up to the sign.
            let is_right = *product == T::ZERO && row.contains(&T::ZERO);
            if !is_right && !is_normal(*product) {
                let factors = row.iter().map(|x| x.to_f64());
                *product = T::from_f64(factors.fold(WideProduct::ONE, WideProduct::times).value());
            }
        }
        Ok(products)
    }
}

fn is_normal<T: Numeric>(x: T) -> bool {
    let least = match size_of::<T>() {
        4 => f64::from(f32::MIN_POSITIVE),
        _ => f64::MIN_POSITIVE,
    };
    let x = x.to_f64().abs();
    least <= x && x < f64::INFINITY
}
