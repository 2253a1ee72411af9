use backprop_autodiff::{LeafMut, Path};
use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::compare::identical;
use crate::laws::output;
use crate::tapes::Kind;

pub(crate) fn check<T: Float>(layer: &mut impl Layer<T>, input: &Tensor<T>) -> Result<(), String> {
    let before = output(layer, input, Kind::Inference)?;
    let state = layer.state();
    let mut result = Ok(());
    layer.visit_mut(&Path::ROOT, &mut |path, leaf| {
        let other = match &leaf {
            LeafMut::Param(param) => Tensor::ones(param.shape()),
            LeafMut::Buffer(buffer) => Tensor::ones(buffer.shape()),
            _ => return,
        };
        let set = other.and_then(|other| match leaf {
            LeafMut::Param(param) => param.set(other),
            LeafMut::Buffer(buffer) => buffer.set(other),
            _ => Ok(()),
        });
        if let Err(error) = set {
            result = Err(format!("{path} cannot be set: {error}"));
        }
    });
    result?;
    layer
        .load_state(&state)
        .map_err(|error| format!("its own state does not load: {error}"))?;
    let loaded = layer.state();
    for (path, value) in &state {
        let loaded = loaded.get(path).ok_or_else(|| format!("{path} is gone"))?;
        identical(value, loaded).map_err(|message| format!("{path}, before and after: {message}"))?;
    }
    identical(&before, &output(layer, input, Kind::Inference)?)
        .map_err(|message| format!("output, before and after: {message}"))
}
