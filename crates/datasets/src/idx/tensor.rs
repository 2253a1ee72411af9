//! From IDX to tensors and back.

use backprop_tensor::{self as tensor, Numeric, Tensor};

use super::{Element, Elements, Idx, Result};

impl Idx {
    /// The array as a tensor, its elements converted to `T` as [`Numeric::from_f64`] says.
    ///
    /// # Errors
    /// If the shape has more axes than a tensor can have, or if there is no memory.
    ///
    /// ```
    /// use backprop_datasets::idx::Idx;
    /// use backprop_tensor::Tensor;
    ///
    /// let array = Idx::new([2, 2], vec![0_u8, 1, 2, 255])?;
    /// assert_eq!(array.to_tensor()?, Tensor::from([[0_i64, 1], [2, 255]]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_tensor<T: Numeric>(&self) -> tensor::Result<Tensor<T>> {
        let shape = self.shape();
        match self.elements() {
            Elements::U8(elements) => Tensor::from_slice(elements, shape)?.cast(),
            Elements::I32(elements) => Tensor::from_slice(elements, shape)?.cast(),
            Elements::F32(elements) => Tensor::from_slice(elements, shape)?.cast(),
            Elements::F64(elements) => Tensor::from_slice(elements, shape)?.cast(),
            // No tensor has such elements, but f32 holds them exactly.
            Elements::I8(_) | Elements::I16(_) => Tensor::from_slice(&self.to_f32(), shape)?.cast(),
        }
    }

    /// A tensor as the array of an IDX file.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`](super::ErrorKind::Unrepresentable) if a length is above `u32::MAX`.
    ///
    /// ```
    /// use backprop_datasets::idx::Idx;
    /// use backprop_tensor::Tensor;
    ///
    /// let x = Tensor::from([[0.5_f32, 1.5], [2.5, 3.5]]);
    /// let bytes = Idx::from_tensor(&x)?.to_bytes();
    /// assert_eq!(Idx::from_bytes(&bytes)?.to_tensor::<f32>()?, x);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_tensor<T>(tensor: &Tensor<T>) -> Result<Self>
    where
        T: Element + tensor::Element,
        Elements: From<Vec<T>>,
    {
        Self::new(&tensor.shape()[..], tensor.to_vec())
    }
}
