//! The network: linear layers with ReLU between them.

use std::path::Path;

use backprop::prelude::*;
use backprop::train::read_weights;

use super::Error;
use super::data::{CLASSES, PIXELS};

/// A perceptron with hidden layers of these sizes.
pub(crate) fn perceptron(hidden: &[usize], rng: &mut Rng) -> DynamicSequential {
    let mut model = Sequential::dynamic();
    let mut inputs = PIXELS;
    for &size in hidden {
        model.push(Linear::new(inputs, size, rng));
        model.push(Relu);
        inputs = size;
    }
    model.push(Linear::new(inputs, CLASSES, rng));
    model
}

/// The perceptron that a file holds: the shapes of its weights tell the sizes of its layers.
pub(crate) fn load(file: &Path) -> Result<DynamicSequential, Error> {
    let weights = read_weights(file)?;
    // Every second layer is a ReLU, which has no weights.
    let outputs = (0..).step_by(2).map_while(|layer| {
        let weight: &Tensor = weights.get(&format!("{layer}.weight"))?;
        weight.shape().first().copied()
    });
    let mut hidden: Vec<usize> = outputs.collect();
    hidden.pop();
    let mut model = perceptron(&hidden, &mut Rng::seed(0));
    model.load_state(&weights).map_err(|error| {
        format!(
            "{}: no perceptron for 28x28 pixels and 10 classes: {error}",
            file.display()
        )
    })?;
    Ok(model)
}
