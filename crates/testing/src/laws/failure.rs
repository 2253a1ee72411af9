use backprop_autodiff::Tape;
use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::tapes::Kind;

pub(crate) fn check<T: Float>(layer: &impl Layer<T>) -> Result<(), String> {
    for kind in [Kind::Use, Kind::Training(0), Kind::Inference] {
        let tape: Tape<T> = kind.tape();
        let (two, three) = (Tensor::from([T::ONE; 2]), Tensor::from([T::ONE; 3]));
        let failed = tape.variable(two) + tape.variable(three);
        let reason = failed.value().err();
        let output = layer.forward(&failed);
        match output.value() {
            Ok(value) => return Err(format!("{kind}, it gave a value of shape {}", value.shape())),
            Err(error) if Some(&error) != reason.as_ref() => {
                return Err(format!("{kind}, it failed for another reason: {error}"));
            }
            Err(_) => {}
        }
    }
    Ok(())
}
