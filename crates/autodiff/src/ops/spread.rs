use backprop_tensor::{AxisSet, Float, Result, Shape, Tensor};

use crate::Var;

/// What was reduced over `axes`, repeated along them to the shape that it came from.
pub(crate) fn spread<T: Float>(reduced: &Tensor<T>, axes: AxisSet, shape: &Shape) -> Result<Tensor<T>> {
    reduced.reshape(axes.reduce_keeping(shape))?.broadcast_to(shape)
}

/// The same of a variable.
pub(crate) fn spread_var<T: Float>(reduced: &Var<T>, axes: AxisSet, shape: &Shape) -> Var<T> {
    reduced.reshape(axes.reduce_keeping(shape)).broadcast_to(shape)
}
