use std::collections::BTreeSet;

use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::compare::identical;
use crate::laws::output;
use crate::tapes::Kind;

pub(crate) fn check<T: Float, L>(layer: &L, input: &Tensor<T>, seed: u64) -> Result<(), String>
where
    L: Layer<T> + Clone + PartialEq,
{
    let clone = layer.clone();
    if clone != *layer {
        return Err("the clone is not equal".into());
    }
    let identities: BTreeSet<_> = layer.parameters().into_iter().map(|param| param.id()).collect();
    for (path, param) in clone.named_parameters() {
        if identities.contains(&param.id()) {
            return Err(format!("{path} of the clone is the parameter of the original"));
        }
    }
    for kind in [Kind::Inference, Kind::Training(seed)] {
        identical(&output(layer, input, kind)?, &output(&clone, input, kind)?)
            .map_err(|message| format!("{kind}, original and clone: {message}"))?;
    }
    Ok(())
}
