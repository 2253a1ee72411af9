//! What is wrong with data, before the first step.

use std::collections::BTreeSet;

use backprop_autodiff::Tape;
use backprop_datasets::{Dataset, TryBatches};
use backprop_layers::Layer;
use backprop_optim::Optimizer;
use backprop_tensor::{Element, Float, Tensor};

use crate::class_weights::without;
use crate::limits;
use crate::losses::{counting, of_sample};
use crate::pairing::check_pairing;
use crate::validation::{AnyData, CHUNK};
use crate::{Error, Fault, Loss, Result, Trainer};

/// What there is to learn.
pub(crate) struct Targets<Y: Element> {
    pub(crate) targets: Tensor<Y>,
    /// Those of the samples, if they have any.
    pub(crate) weights: Option<Tensor<f64>>,
}

/// Which data, in errors.
pub(crate) const TRAINING: &str = "training data";
pub(crate) const VALIDATION: &str = "validation data";

impl<L, O, T, Y> Trainer<L, O, T, Y>
where
    L: Loss<T, Y>,
    O: Optimizer<T>,
    Y: Element,
    T: Float,
{
    /// Checks data against model and loss, as [`fit`](Self::fit) does for data in memory before its first step: all of it is read.
    ///
    /// # Errors
    /// What is wrong, where, and what would have been right:
    ///
    /// * the data has no samples, more than 2³², or fewer than the [batch size](Self::batch_size) asked for;
    /// * the model does not take inputs of this shape, or gives something else than one output a sample;
    /// * an input is NaN or infinite: the first such sample;
    /// * the shape of the targets does not fit the outputs and the loss, or a target is none: the first such sample;
    /// * a loss of one's own broadcasts outputs `[n, 1]` with targets `[n]`, so that each output meets the targets of all samples;
    /// * the last batch has one sample, and the model cannot be trained on one alone: batch normalization without [`drop_last`](Self::drop_last);
    /// * the weights of all samples are 0, or the loss ignores all targets;
    /// * a class has no samples, unless [that is allowed](Self::allow_missing_classes).
    #[track_caller]
    pub fn check<M, D>(&self, model: &M, data: &D) -> Result<()>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        self.check_settings(data)?;
        let output = self.check_model(TRAINING, model, data)?;
        self.check_samples(TRAINING, data, &output, true)?;
        self.check_last_batch(model, data)?;
        if let Some(weights) = &self.class_weights {
            weights.resolve(&self.loss, data, None)?;
        }
        Ok(())
    }

    /// The settings, and that there are samples.
    pub(crate) fn check_settings(&self, train: &AnyData<'_, T, Y>) -> Result<()> {
        if train.is_empty() {
            return Err(Error::setting(
                "the training data has no samples",
                "there must be something to learn from",
            ));
        }
        limits::check_samples(TRAINING, train.len())?;
        self.check_names()?;
        if self.accumulate == 0 {
            return Err(Error::setting(
                "gradients of 0 batches",
                "a step needs at least one batch",
            ));
        }
        match self.batch_size {
            Some(0) => Err(Error::setting("batch size 0", "a step needs at least one sample")),
            Some(size) if size > train.len() => Err(Error::setting(
                format!("batch size {size} for {} samples of training data", train.len()),
                "a batch cannot be larger than the data; without a batch size, a trainer takes 32 or as many as there are",
            )),
            _ => Ok(()),
        }
    }

    /// That a name means one number, in a history, a log and for what looks at a metric.
    fn check_names(&self) -> Result<()> {
        let mut names = BTreeSet::from(["loss"]);
        match self.metrics.iter().find(|metric| !names.insert(metric.name())) {
            None => Ok(()),
            Some(metric) => Err(Error::setting(
                format!("a second number of the name {:?}", metric.name()),
                "the loss is \"loss\", and each metric must have a name of its own",
            )),
        }
    }

    /// That the model takes the inputs. Gives the shape of its outputs for them.
    #[track_caller]
    pub(crate) fn check_model(
        &self,
        name: &'static str,
        model: &impl Layer<T>,
        data: &AnyData<'_, T, Y>,
    ) -> Result<Vec<usize>> {
        check_count(name, data)?;
        let samples = self.batch_size_for(data.len());
        let batch = data.range(0..samples)?;
        let inputs = *batch.inputs.shape();
        let output = model.forward(&Tape::inference().input(batch.inputs));
        let output = output.value().map_err(|source| Error::Model {
            data: name,
            inputs: inputs.dims().into(),
            source: Box::new(source),
        })?;
        if output.shape().first() != Some(&samples) {
            return Err(Error::Data {
                data: name,
                what: format!(
                    "for {samples} samples, inputs {inputs}, the model's outputs are {}",
                    output.shape()
                ),
                expected: "their first axis must be that of the samples".into(),
            });
        }
        Ok(output.shape().to_vec())
    }

    /// That the model can be trained on a batch of one sample, if there is one: batch normalization cannot.
    #[track_caller]
    pub(crate) fn check_last_batch(&self, model: &impl Layer<T>, data: &AnyData<'_, T, Y>) -> Result<()> {
        let size = self.batch_size_for(data.len());
        let is_left = size > 1 && data.len() % size == 1 && !self.drop_last;
        if data.len() < 2 || !(is_left || size == 1) {
            return Ok(());
        }
        // What fails with more samples too is said by the first step.
        let (one, more) = (data.range(0..1)?, data.range(0..size.max(2))?);
        let Err(source) = model
            .forward(&Tape::training(0).input(one.inputs))
            .value()
            .map(drop)
        else {
            return Ok(());
        };
        if model
            .forward(&Tape::training(0).input(more.inputs))
            .value()
            .is_err()
        {
            return Ok(());
        }
        let (what, expected) = match is_left {
            true => (
                "leave a last batch of 1",
                "use another batch size, or leave it out with `drop_last`",
            ),
            false => ("are batches of 1", "use a larger batch size"),
        };
        Err(Error::Data {
            data: TRAINING,
            what: format!(
                "{} samples in batches of {size} {what}, which the model cannot be trained on ({source})",
                data.len()
            ),
            expected: expected.into(),
        })
    }

    /// All samples against the loss. Gives their targets, and their weights if they have any.
    pub(crate) fn check_samples(
        &self,
        name: &'static str,
        data: &AnyData<'_, T, Y>,
        output: &[usize],
        classes: bool,
    ) -> Result<Targets<Y>> {
        let (mut targets, mut weights, mut start) = (Vec::new(), Vec::new(), 0);
        for batch in TryBatches::new(data, CHUNK) {
            let batch = batch?;
            check_inputs(name, &batch.inputs, start)?;
            self.check_targets(name, &batch.targets, output, start)?;
            start += batch.len();
            weights.extend(batch.weights);
            targets.push(batch.targets);
        }
        let targets = joined(&targets)?;
        let weights = match weights.is_empty() {
            true => None,
            false => Some(joined(&weights)?),
        };
        if let Some(weights) = &weights
            && weights.sum(..)?.item()? == 0.0
        {
            return Err(Error::Data {
                data: name,
                what: "the weights of its samples are all 0".into(),
                expected: "one at least must count".into(),
            });
        }
        if let Some(counts) = counting(&targets, self.loss.ignored_class())?
            && counts.sum(..)?.item()? == 0.0
        {
            return Err(Error::Data {
                data: name,
                what: "the loss ignores the targets of all samples".into(),
                expected: "one at least must count".into(),
            });
        }
        if classes && !self.allow_missing_classes {
            self.check_classes(name, output, &targets)?;
        }
        check_pairing(name, &self.loss, output, &targets)?;
        Ok(Targets { targets, weights })
    }

    /// Targets against the loss, the first of which is that of the sample `start` of the data.
    pub(crate) fn check_targets(
        &self,
        name: &'static str,
        targets: &Tensor<Y>,
        output: &[usize],
        start: usize,
    ) -> Result<()> {
        let samples = targets.shape().first();
        let output: Vec<usize> = samples
            .into_iter()
            .chain(output.iter().skip(1))
            .copied()
            .collect();
        self.loss.check(&output, targets).map_err(|fault| {
            let Fault {
                sample,
                what,
                expected,
            } = fault;
            let what = match sample {
                Some(sample) => format!("sample {}: {what}", start + sample),
                None => what,
            };
            Error::Data {
                data: name,
                what,
                expected,
            }
        })
    }

    fn check_classes(&self, name: &'static str, output: &[usize], targets: &Tensor<Y>) -> Result<()> {
        let shape: Vec<usize> = targets.shape().to_vec();
        let output: Vec<usize> = shape
            .first()
            .into_iter()
            .chain(output.iter().skip(1))
            .copied()
            .collect();
        // Words of a vocabulary may well be missing.
        let one_a_sample = targets.count() == shape[0];
        let Some(classes) = self.loss.classes(&output, &shape).filter(|_| one_a_sample) else {
            return Ok(());
        };
        let mut present = targets.cast::<i64>()?.to_vec();
        present.sort_unstable();
        let wanted = without(&self.loss, (0..classes as i64).collect());
        let missing = wanted
            .into_iter()
            .find(|class| present.binary_search(class).is_err());
        match missing {
            None => Ok(()),
            Some(class) => Err(Error::Data {
                data: name,
                what: format!("none of the {} samples is of class {class}", shape[0]),
                expected: format!(
                    "each of the {classes} classes that the model chooses among must have one, unless missing classes are allowed"
                ),
            }),
        }
    }
}

/// That data has samples, and not too many to be passed over.
pub(crate) fn check_count<T: Float, Y: Element>(name: &'static str, data: &AnyData<'_, T, Y>) -> Result<()> {
    if data.is_empty() {
        return Err(Error::setting(
            format!("the {name} has no samples"),
            "without data, leave it out",
        ));
    }
    limits::check_samples(name, data.len())
}

/// The error of training data that does not stay as it is.
pub(crate) fn changed(what: String) -> Error {
    Error::Data {
        data: TRAINING,
        what,
        expected: "their number must not change while a model is trained on them".into(),
    }
}

fn joined<E: Element>(parts: &[Tensor<E>]) -> Result<Tensor<E>> {
    Ok(match parts {
        [one] => one.clone(),
        several => Tensor::concat(&several.iter().collect::<Vec<_>>(), 0)?,
    })
}

/// That inputs, the first of which is that of the sample `start` of the data, are finite.
pub(crate) fn check_inputs<T: Float>(name: &'static str, inputs: &Tensor<T>, start: usize) -> Result<()> {
    if inputs.is_empty() {
        return Ok(());
    }
    // NaN is the largest and the smallest wherever there is one. So nothing is written for each input.
    let ends = [inputs.max(..)?.item()?, inputs.min(..)?.item()?];
    match ends.iter().all(|end| end.to_f64().is_finite()) {
        true => Ok(()),
        false => Err(not_finite(name, inputs, start)),
    }
}

/// The first input that is no finite number.
fn not_finite<T: Float>(name: &'static str, inputs: &Tensor<T>, start: usize) -> Error {
    let shape = inputs.shape();
    let of_sample = of_sample(shape);
    let values = inputs.to_vec();
    let place = values
        .iter()
        .position(|value| !value.to_f64().is_finite())
        .unwrap_or(0);
    let (sample, mut rest) = (place / of_sample.max(1), place % of_sample.max(1));
    let mut index: Vec<usize> = Vec::new();
    for &length in shape.get(1..).unwrap_or(&[]).iter().rev() {
        index.insert(0, rest % length.max(1));
        rest /= length.max(1);
    }
    Error::Data {
        data: name,
        what: format!(
            "sample {}: the input at {index:?} is {}",
            start + sample,
            values.get(place).copied().unwrap_or(T::NAN)
        ),
        expected: "inputs must be finite numbers".into(),
    }
}
