//! Parts 2 and 3 again in a few lines: layer, loss and optimizer by name.
//!
//! From the same weights and with the same seed, the trainer does the same steps, so the weights in the end are the same, to the
//! rounding of formulas that are written differently.

use backprop::prelude::*;

use super::classifier::{self, Halves};
use super::{Error, Learned, Output, largest, largest_difference, regression};

/// Rounding, after a hundred or two steps that build on each other.
const TOLERANCE: f64 = 1e-5;

pub(crate) fn run(
    line: &Learned<TensorDataset<f32, f32>>,
    border: &Learned<Halves>,
    output: &mut Output,
) -> Result<(), Error> {
    let mut model = begin(&line.initial)?;
    Trainer::new(MeanSquaredError, Sgd::new(regression::LEARNING_RATE))
        .epochs(regression::STEPS)
        .batch_size(line.data.len())
        .progress(Progress::Silent)
        .fit(&mut model, &line.data, None)?;
    output.compare("regression", difference(&model, &line.weights), TOLERANCE);

    let mut model = begin(&border.initial)?;
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(classifier::LEARNING_RATE))
        .epochs(classifier::EPOCHS)
        .batch_size(classifier::BATCH)
        .seed(border.seed)
        .metric(Accuracy)
        .progress(Progress::Silent);
    trainer.fit(&mut model, &border.data.train, None)?;
    output.compare("classifier", difference(&model, &border.weights), TOLERANCE);

    let accuracy = trainer.evaluate(&model, &border.data.test)?.get("accuracy");
    let by_hand = classifier::accuracy(&border.data.test, &border.weights)?;
    output.compare(
        "its accuracy on the test points",
        (accuracy.unwrap_or(f64::NAN) - by_hand).abs(),
        1e-12,
    );
    Ok(())
}

/// A linear layer with these weights.
fn begin([weight, bias]: &[Tensor; 2]) -> Result<Linear, Error> {
    let mut model = Linear::new(weight.shape()[1], weight.shape()[0], &mut Rng::seed(0));
    for (param, value) in model.parameters_mut().into_iter().zip([weight, bias]) {
        param.set(value.clone())?;
    }
    Ok(model)
}

fn difference(model: &Linear, weights: &[Tensor; 2]) -> f64 {
    let params = model.parameters().into_iter().zip(weights);
    largest(params.map(|(param, weight)| largest_difference(param.value(), weight)))
}
