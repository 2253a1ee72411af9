use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::compare::within;
use crate::laws::output;
use crate::tapes::Kind;

pub(crate) fn check<T: Float>(layer: &impl Layer<T>, input: &Tensor<T>) -> Result<(), String> {
    let Some(&examples) = input.shape().first() else {
        return Err("there is no axis of examples".into());
    };
    let together = output(layer, input, Kind::Inference)?;
    if together.shape().first() != Some(&examples) {
        return Err(format!(
            "the output's shape is {}, not of {examples} examples",
            together.shape()
        ));
    }
    for example in 0..examples {
        let part = |x: &Tensor<T>| {
            x.slice(0, example..example + 1)
                .map_err(|error| error.to_string())
        };
        let alone = output(layer, &part(input)?, Kind::Inference)?;
        // A product of another size may be summed in another order.
        within(&part(&together)?, &alone, 64.0 * T::EPSILON.to_f64())
            .map_err(|message| format!("example {example}, with the others and alone: {message}"))?;
    }
    Ok(())
}
