use std::fmt;

use backprop_datasets::{Dataset, Subset, TryBatches, split};
use backprop_layers::Layer;
use backprop_optim::Optimizer;
use backprop_tensor::{Element, Float, Rng, Tensor};

use crate::fit::EVALUATION_BATCH;
use crate::limits;
use crate::metrics::{Mean, difference};
use crate::validation::{AnyData, strata};
use crate::{Error, Evaluation, History, Loss, Result, Trainer};

/// What [`cross_validate`] found: one evaluation a fold, on samples that the fold's model has not seen.
///
/// Printed, it is a line a number: `accuracy 0.9667 ± 0.0211 (5 folds: 0.9333 to 1.0000)`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CrossValidation<T: Float = f32> {
    /// How good each fold's model is on the fold.
    pub folds: Vec<Evaluation>,
    /// How each fold's model was trained.
    pub histories: Vec<History>,
    /// The outputs for all samples, in the order of the data, each by the model that has not seen it: for a confusion matrix over the
    /// whole data.
    pub outputs: Tensor<T>,
}

impl<T: Float> CrossValidation<T> {
    /// The mean over the folds of the loss (`loss`) or a metric; `None` if there is none of this name.
    pub fn mean(&self, name: &str) -> Option<f64> {
        let mut mean = Mean::default();
        for value in self.values(name)? {
            mean.add(value, 1.0);
        }
        Some(mean.value())
    }

    /// The standard deviation over the folds of the loss (`loss`) or a metric: the root of the mean squared distance from the mean, as
    /// `numpy.std` has it.
    pub fn std(&self, name: &str) -> Option<f64> {
        let (values, mean) = (self.values(name)?, self.mean(name)?);
        let mut squares = Mean::default();
        for value in values {
            squares.add_square(difference(value, mean), 1.0);
        }
        Some(squares.root())
    }

    /// The loss (`loss`) or a metric, fold by fold.
    pub fn values(&self, name: &str) -> Option<Vec<f64>> {
        self.folds.iter().map(|fold| fold.get(name)).collect()
    }
}

impl<T: Float> fmt::Display for CrossValidation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = match self.folds.first() {
            Some(fold) => fold.values().map(|(name, _)| name).collect(),
            None => Vec::new(),
        };
        let lines = names.into_iter().map(|name| {
            let (mean, std) = (
                self.mean(name).unwrap_or(f64::NAN),
                self.std(name).unwrap_or(f64::NAN),
            );
            let values = self.values(name).unwrap_or_default();
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            format!(
                "{name} {mean:.4} ± {std:.4} ({} folds: {least:.4} to {most:.4})",
                values.len()
            )
        });
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Trains and evaluates a model `k` times, each time on all samples but those of a fold, and on the fold: how good is a model trained like that on
/// samples it has not seen?
///
/// `build` gives a new model and a new trainer for each fold, counted from 0. Folds are drawn from `rng`, class by class where the targets `[n]`
/// are whole numbers and the data lies in memory, and then so that each has its share of the samples whose weight is 0: every fold has some that count.
/// No fold's model knows anything of the fold while it is trained: the trainer has no
/// validation data. (Stone, "Cross-validatory choice and assessment of statistical predictions", 1974.)
///
/// ```
/// use backprop_datasets::iris;
/// use backprop_layers::Linear;
/// use backprop_optim::Adam;
/// use backprop_tensor::Rng;
/// use backprop_train::{Accuracy, CrossEntropy, Progress, Trainer, cross_validate};
///
/// let scores = cross_validate(&iris::load()?, 5, &mut Rng::seed(0), |fold| {
///     let model = Linear::new(4, 3, &mut Rng::seed(fold as u64));
///     let trainer = Trainer::new(CrossEntropy, Adam::new(0.05))
///         .epochs(60)
///         .metric(Accuracy)
///         .progress(Progress::Silent);
///     Ok((model, trainer))
/// })?;
/// println!("{scores}");
/// assert!(scores.mean("accuracy") > Some(0.9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If `k` is less than 2 or more than the number of samples or of those with a weight above 0 (before anything is trained), or there are more than 2³² samples;
/// those of `build`, training and evaluation. A fold of data that does not lie in memory may have no sample that counts, which is an error of its evaluation.
#[track_caller]
pub fn cross_validate<D, M, L, O, T, Y>(
    data: &D,
    k: usize,
    rng: &mut Rng,
    mut build: impl FnMut(usize) -> Result<(M, Trainer<L, O, T, Y>)>,
) -> Result<CrossValidation<T>>
where
    D: Dataset<Input = T, Target = Y>,
    M: Layer<T>,
    L: Loss<T, Y>,
    O: Optimizer<T>,
    Y: Element,
    T: Float,
{
    let data: &AnyData<'_, T, Y> = data;
    limits::check_samples("data to validate on", data.len())?;
    let strata = strata(data)?;
    if strata.counting < k && k <= data.len() {
        return Err(Error::setting(
            format!("{k} folds of {} samples with a weight above 0", strata.counting),
            "each fold must have one at least, or it has nothing to be judged by",
        ));
    }
    let fold_of = match strata.labels {
        Some(labels) => split::stratified_k_fold(&labels, k, rng)?,
        None => split::k_fold(data.len(), k, rng)?,
    };
    let (mut folds, mut histories, mut outputs) = (Vec::new(), Vec::new(), Vec::new());
    for fold in 0..k {
        let samples = |inside: bool| -> Vec<usize> {
            let samples = fold_of.iter().enumerate();
            let chosen = samples.filter(|&(_, &own)| (own == fold) == inside);
            chosen.map(|(sample, _)| sample).collect()
        };
        let (train, held_out) = (
            Subset::new(data, samples(false))?,
            Subset::new(data, samples(true))?,
        );
        let (mut model, mut trainer) = build(fold)?;
        histories.push(trainer.fit(&mut model, &train, None)?);
        folds.push(trainer.evaluate(&model, &held_out)?);
        outputs.push(outputs_for(&model, &held_out)?);
    }
    Ok(CrossValidation {
        folds,
        histories,
        outputs: in_order(&outputs, &fold_of)?,
    })
}

#[track_caller]
fn outputs_for<T: Float, Y: Element>(
    model: &impl Layer<T>,
    data: &impl Dataset<Input = T, Target = Y>,
) -> Result<Tensor<T>> {
    let mut outputs = Vec::new();
    for batch in TryBatches::new(data, EVALUATION_BATCH) {
        outputs.push(crate::predict(model, &batch?.inputs)?);
    }
    Ok(Tensor::concat(&outputs.iter().collect::<Vec<_>>(), 0)?)
}

/// The outputs of all folds, sample by sample.
fn in_order<T: Float>(outputs: &[Tensor<T>], fold_of: &[usize]) -> Result<Tensor<T>> {
    let all = Tensor::concat(&outputs.iter().collect::<Vec<_>>(), 0)?;
    let lengths = outputs
        .iter()
        .map(|part| part.shape().first().copied().unwrap_or(0));
    let mut next: Vec<usize> = lengths
        .scan(0, |start, length| Some(std::mem::replace(start, *start + length)))
        .collect();
    let places = fold_of.iter().map(|&fold| {
        next[fold] += 1;
        next[fold] as i64 - 1
    });
    let places: Vec<i64> = places.collect();
    if all.shape().first() != Some(&places.len()) {
        let what = format!("{} samples have outputs {}", places.len(), all.shape());
        return Err(Error::setting(what, "a model gives one output a sample"));
    }
    Ok(all.index_select(0, &Tensor::from(places))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_deviations_of_losses_of_any_size() {
        for size in [1.0, 1e160, 3e307, 1e-170] {
            let folds = [1.0, 2.0, 3.0].map(|loss| Evaluation::new(loss * size));
            let validation = CrossValidation {
                folds: folds.to_vec(),
                histories: Vec::new(),
                outputs: Tensor::<f32>::default(),
            };
            let near = |x: f64, right: f64| (x / size / right - 1.0).abs() < 4.0 * f64::EPSILON;
            assert!(near(validation.mean("loss").unwrap(), 2.0), "{size}");
            assert!(
                near(validation.std("loss").unwrap(), (2.0_f64 / 3.0).sqrt()),
                "{size}"
            );
        }
    }
}
