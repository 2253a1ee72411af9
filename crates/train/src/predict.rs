use backprop_autodiff::Tape;
use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};

use crate::fit::EVALUATION_BATCH;
use crate::limits;
use crate::losses::of_sample;
use crate::{Error, Result};

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
/// If the inputs have no first axis, are more than 2³² or do not fit the model, or if there is no memory for the outputs.
#[track_caller]
pub fn predict<T: Float>(model: &(impl Layer<T> + ?Sized), inputs: &Tensor<T>) -> Result<Tensor<T>> {
    let samples = inputs.shape()[inputs.shape().axis("predict", 0)?];
    // One batch of samples without features takes no memory, however many they are; and one of no samples gives the outputs their shape.
    let size = if inputs.count() == 0 {
        samples.max(1)
    } else {
        limits::check_samples("data to predict", samples)?;
        EVALUATION_BATCH
    };
    let mut outputs = Vec::new();
    for start in (0..samples.max(1)).step_by(size) {
        let batch = inputs.slice(0, start..samples.min(start.saturating_add(size)))?;
        let of_batch = model.forward(&Tape::inference().input(batch)).into_value()?;
        if start == 0 && size < samples {
            check_memory(&of_batch, samples)?;
        }
        outputs.push(of_batch);
    }
    Ok(Tensor::concat(&outputs.iter().collect::<Vec<_>>(), 0)?)
}

/// That there is memory for the outputs of so many samples, of the first of which there are some: many inputs may be views of one.
fn check_memory<T: Float>(outputs: &Tensor<T>, samples: usize) -> Result<()> {
    let count = samples.saturating_mul(of_sample(outputs.shape()));
    let bytes = count.saturating_mul(size_of::<T>());
    let memory = Vec::<T>::new().try_reserve_exact(count);
    Ok(memory.map_err(|_| backprop_tensor::Error::Memory { bytes })?)
}

/// The class of each of these inputs, `[n]`: that of the largest output for outputs `[n, classes]`; for logits of one output, `[n]` or `[n, 1]`,
/// 1 where it is above 0.
///
/// # Errors
/// As [`predict`], if the outputs are something else, and if one is NaN, which is no reason for any class.
#[track_caller]
pub fn predict_classes<T: Float>(
    model: &(impl Layer<T> + ?Sized),
    inputs: &Tensor<T>,
) -> Result<Tensor<i64>> {
    let outputs = numbers(model, inputs)?;
    match outputs.shape().dims() {
        [_] => positive(&outputs),
        [n, 1] => positive(&outputs.reshape([*n])?),
        _ => Ok(outputs.argmax(-1)?),
    }
}

/// Which labels each of these inputs has: 1 where the output is above 0, in the shape of the outputs, `[n, labels]`.
///
/// # Errors
/// As [`predict`], and if an output is NaN.
#[track_caller]
pub fn predict_labels<T: Float>(model: &(impl Layer<T> + ?Sized), inputs: &Tensor<T>) -> Result<Tensor<i64>> {
    positive(&numbers(model, inputs)?)
}

/// The outputs, none of which is NaN.
#[track_caller]
fn numbers<T: Float>(model: &(impl Layer<T> + ?Sized), inputs: &Tensor<T>) -> Result<Tensor<T>> {
    let outputs = predict(model, inputs)?;
    // NaN is the largest where there is one.
    if outputs.is_empty() || !outputs.max(..)?.item()?.to_f64().is_nan() {
        return Ok(outputs);
    }
    let of_sample = outputs.count() / outputs.shape().first().copied().unwrap_or(1).max(1);
    let place = outputs
        .to_vec()
        .iter()
        .position(|output| output.to_f64().is_nan());
    Err(Error::Data {
        data: "prediction",
        what: format!(
            "sample {}: an output is NaN",
            place.unwrap_or(0) / of_sample.max(1)
        ),
        expected: "inputs and weights must be finite numbers".into(),
    })
}

/// The probabilities that a model of logits gives: the softmax of outputs `[n, classes]`, the sigmoid of one output, `[n]` or `[n, 1]`.
///
/// # Errors
/// As [`predict`].
#[track_caller]
pub fn predict_probabilities<T: Float>(
    model: &(impl Layer<T> + ?Sized),
    inputs: &Tensor<T>,
) -> Result<Tensor<T>> {
    let outputs = predict(model, inputs)?;
    Ok(match outputs.shape().dims() {
        [_] | [_, 1] => outputs.sigmoid()?,
        _ => outputs.softmax(-1)?,
    })
}

fn positive<T: Float>(outputs: &Tensor<T>) -> Result<Tensor<i64>> {
    Ok(outputs.map(|output| i64::from(output > T::ZERO))?)
}
