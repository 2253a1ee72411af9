//! One value everywhere.

use backprop_tensor::{Float, Result, Tensor};

pub(super) fn fill<T: Float>(shape: &[usize], value: f64) -> Result<Tensor<T>> {
    Tensor::full(shape, T::from_f64(value))
}
