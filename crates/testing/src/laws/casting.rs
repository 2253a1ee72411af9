use backprop_autodiff::Cast;
use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::compare::within;
use crate::gradients;
use crate::laws::output;
use crate::tapes::Kind;

pub(crate) fn check<T: Float, L>(layer: &L, input: &Tensor<T>, seed: u64) -> Result<(), String>
where
    L: Layer<T> + Cast<With<f64>: Layer<f64>>,
{
    let failed = |error: &dyn std::fmt::Display| format!("it cannot be cast: {error}");
    let mut precise = layer.cast::<f64>().map_err(|error| failed(&error))?;
    let input_precise = input.cast::<f64>().map_err(|error| failed(&error))?;
    let value = output(layer, input, Kind::Inference)?
        .cast::<f64>()
        .map_err(|error| failed(&error))?;
    // Rounding errors may add up over the length of a sum or two.
    within(
        &value,
        &output(&precise, &input_precise, Kind::Inference)?,
        1000.0 * T::EPSILON.to_f64(),
    )
    .map_err(|message| format!("{} and f64: {message}", T::NAME))?;
    gradients::check(&mut precise, &input_precise, Kind::Use, seed)?;
    gradients::check(&mut precise, &input_precise, Kind::Training(seed), seed)
        .map_err(|message| format!("as f64, {message}"))
}
