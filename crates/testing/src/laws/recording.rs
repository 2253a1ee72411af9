use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::compare::within;
use crate::laws::output;
use crate::tapes::Kind;

pub(crate) fn check<T: Float>(layer: &impl Layer<T>, input: &Tensor<T>) -> Result<(), String> {
    let (recorded, bare) = (
        output(layer, input, Kind::Use)?,
        output(layer, input, Kind::Inference)?,
    );
    // Without a record, other kernels may be used, which round elsewhere.
    within(&recorded, &bare, 16.0 * T::EPSILON.to_f64())
}
