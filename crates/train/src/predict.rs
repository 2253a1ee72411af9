use backprop_autodiff::Tape;
use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::Result;
use crate::fit::EVALUATION_BATCH;

/// The outputs of a model for these inputs, `[n, ...]`, in batches that take little memory.
///
/// ```
/// use backprop_layers::Linear;
/// use backprop_tensor::{Rng, Tensor};
///
/// let model = Linear::new(3, 2, &mut Rng::seed(0));
/// let outputs = backprop_train::predict(&model, &Tensor::ones([1000, 3])?)?;
/// assert_eq!(outputs.shape(), &[1000, 2]);
/// # Ok::<(), backprop_train::Error>(())
/// ```
///
/// # Errors
/// If the inputs have no first axis or do not fit the model.
pub fn predict<T: Float>(model: &(impl Layer<T> + ?Sized), inputs: &Tensor<T>) -> Result<Tensor<T>> {
    let samples = inputs.shape()[inputs.shape().axis("predict", 0)?];
    let mut outputs = Vec::new();
    // With no samples there is one empty batch, which gives the outputs their shape.
    for start in (0..samples.max(1)).step_by(EVALUATION_BATCH) {
        let batch = inputs.slice(0, start..samples.min(start + EVALUATION_BATCH))?;
        outputs.push(model.forward(&Tape::inference().input(batch)).into_value()?);
    }
    Ok(Tensor::concat(&outputs.iter().collect::<Vec<_>>(), 0)?)
}

/// The class with the largest output, for each of these inputs: `[n]`.
///
/// # Errors
/// As [`predict`], and if the model's outputs are not `[n, classes]`.
pub fn predict_classes<T: Float>(
    model: &(impl Layer<T> + ?Sized),
    inputs: &Tensor<T>,
) -> Result<Tensor<i64>> {
    Ok(predict(model, inputs)?.argmax(-1)?)
}
