//! The laws, one file each.

use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::tapes::Kind;

pub(crate) mod batch_independence;
pub(crate) mod casting;
pub(crate) mod cloning;
pub(crate) mod determinism;
pub(crate) mod failure;
pub(crate) mod no_panic;
pub(crate) mod recording;
pub(crate) mod serialization;
pub(crate) mod state;
pub(crate) mod visiting;

/// What the layer gives for an input on a new tape.
fn output<T: Float>(layer: &impl Layer<T>, input: &Tensor<T>, kind: Kind) -> Result<Tensor<T>, String> {
    let tape = kind.tape();
    let output = layer.forward(&tape.input(input.clone()));
    output
        .into_value()
        .map_err(|error| format!("{kind}, it failed: {error}"))
}
