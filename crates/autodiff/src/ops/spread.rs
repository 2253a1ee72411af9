use backprop_tensor::{AxisSet, Float, Result, Shape, Tensor};

/// What was reduced over `axes`, repeated along them to the shape that it came from.
pub(crate) fn spread<T: Float>(reduced: &Tensor<T>, axes: AxisSet, shape: &Shape) -> Result<Tensor<T>> {
    reduced.reshape(axes.reduce_keeping(shape))?.broadcast_to(shape)
}
