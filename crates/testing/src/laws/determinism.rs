use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::compare::identical;
use crate::laws::output;
use crate::tapes::Kind;

pub(crate) fn check<T: Float>(layer: &impl Layer<T>, input: &Tensor<T>, seed: u64) -> Result<(), String> {
    for kind in [Kind::Inference, Kind::Use, Kind::Training(seed)] {
        let (first, second) = (output(layer, input, kind)?, output(layer, input, kind)?);
        identical(&first, &second)
            .map_err(|message| format!("{kind}, the first and the second time: {message}"))?;
    }
    Ok(())
}
