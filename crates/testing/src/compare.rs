//! Tensors compared, with a message that says where they differ.

use backprop_tensor::{Float, Tensor};

/// Whether two tensors hold the same bits; NaN is itself here.
pub(crate) fn identical<T: Float>(left: &Tensor<T>, right: &Tensor<T>) -> Result<(), String> {
    within(left, right, 0.0)
}

/// Whether no two elements are further apart than `tolerance` times the larger of 1 and the largest element.
pub(crate) fn within<T: Float>(left: &Tensor<T>, right: &Tensor<T>, tolerance: f64) -> Result<(), String> {
    if left.shape() != right.shape() {
        return Err(format!("shape {} is not {}", left.shape(), right.shape()));
    }
    let numbers = |x: &Tensor<T>| -> Vec<f64> { x.to_vec().into_iter().map(T::to_f64).collect() };
    let (left, right) = (numbers(left), numbers(right));
    let finite = left.iter().chain(&right).filter(|x| x.is_finite());
    let allowed = tolerance * finite.fold(1.0, |largest, x| x.abs().max(largest));
    for (element, (left, right)) in left.iter().zip(&right).enumerate() {
        let same = left == right || (left.is_nan() && right.is_nan()) || (left - right).abs() <= allowed;
        if !same {
            return Err(format!("element {element}: {left} is not {right}"));
        }
    }
    Ok(())
}
