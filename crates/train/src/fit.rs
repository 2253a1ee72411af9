//! The training loop.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Instant;

use backprop_autodiff::{Tape, Var};
use backprop_datasets::{Batch, Dataset, TryBatches};
use backprop_layers::Layer;
use backprop_optim::{Optimizer, clip_norm};
use backprop_tensor::{Element, Float, Tensor};

use crate::callbacks::{Callback, Plan, Running, Step};
use crate::metrics::Count;
use crate::{Epoch, Error, Evaluation, History, Loss, Metric, Result, Trainer};

impl<L, O, Y, T> Trainer<L, O, Y, T>
where
    L: Loss<Y, T>,
    O: Optimizer<T>,
    Y: Element,
    T: Float,
{
    /// Trains a model, and evaluates it on the validation data after each epoch (`None` for none).
    ///
    /// # Errors
    /// If there are no samples, a setting is out of its range, or a step fails: [`Error::Step`] says which. The model is as the last step left it.
    pub fn fit<'a, M, D>(
        &mut self,
        model: &mut M,
        train: &'a D,
        validation: impl Into<Option<&'a D>>,
    ) -> Result<History>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        let validation = validation.into();
        self.check(train)?;
        let plan = Plan {
            epochs: self.epochs,
            steps: train.len().div_ceil(self.batch_size),
        };
        let own = self.callbacks.len();
        let mut callbacks = std::mem::take(&mut self.callbacks);
        callbacks.extend(self.progress.callback());
        let learning_rate = self.optimizer.learning_rate();
        let result = self.run(model, train, validation, plan, &mut callbacks);
        self.optimizer.set_learning_rate(learning_rate);
        callbacks.truncate(own);
        self.callbacks = callbacks;
        result
    }

    fn check<D: Dataset>(&self, train: &D) -> Result<()> {
        let error = |what: &str, expected| {
            Err(Error::Setting {
                what: what.into(),
                expected,
            })
        };
        if self.batch_size == 0 {
            return error("batch size 0", "a step needs at least one sample");
        }
        if train.is_empty() {
            return error(
                "the training data has no samples",
                "there must be something to learn from",
            );
        }
        Ok(())
    }

    fn run<M, D>(
        &mut self,
        model: &mut M,
        train: &D,
        validation: Option<&D>,
        plan: Plan,
        callbacks: &mut [Box<dyn Callback<T>>],
    ) -> Result<History>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        let mut history = History::default();
        let learning_rate = self.optimizer.learning_rate();
        for callback in &mut *callbacks {
            callback.on_fit_begin(&plan)?;
        }
        for number in 1..=plan.epochs {
            let started = Instant::now();
            let (train, step_flow) = self.epoch(model, train, number, plan, learning_rate, callbacks)?;
            let seconds = started.elapsed().as_secs_f64();
            let validation = validation.map(|data| self.evaluate(model, data)).transpose()?;
            let epoch = Epoch {
                epoch: number,
                train,
                validation,
                seconds,
            };
            let mut flow = step_flow;
            for callback in &mut *callbacks {
                if callback.on_epoch_end(&epoch, model)?.is_break() {
                    flow = ControlFlow::Break(());
                }
            }
            history.epochs.push(epoch);
            if flow.is_break() {
                break;
            }
        }
        for callback in callbacks {
            callback.on_fit_end(&history, model)?;
        }
        Ok(history)
    }

    fn epoch<M, D>(
        &mut self,
        model: &mut M,
        train: &D,
        epoch: usize,
        plan: Plan,
        learning_rate: f64,
        callbacks: &mut [Box<dyn Callback<T>>],
    ) -> Result<(Evaluation, ControlFlow<()>)>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        let mut pass = Pass::new(&self.metrics);
        let batches = TryBatches::new(train, self.batch_size).shuffle(&mut self.rng);
        for (index, batch) in batches.enumerate() {
            let step = index + 1;
            if let Some(factor) = &self.schedule {
                let done = (epoch - 1) as f64 + index as f64 / plan.steps as f64;
                let factor = factor(done / plan.epochs as f64);
                self.optimizer.set_learning_rate(learning_rate * factor);
            }
            let loss = self.step(model, batch, &mut pass).map_err(|source| Error::Step {
                epoch,
                step,
                source: Box::new(source),
            })?;
            let info = Step {
                epoch,
                step,
                loss,
                running: &pass,
            };
            for callback in &mut *callbacks {
                if callback.on_step_end(&info)?.is_break() {
                    return Ok((pass.evaluation(), ControlFlow::Break(())));
                }
            }
        }
        Ok((pass.evaluation(), ControlFlow::Continue(())))
    }

    fn step<M: Layer<T>>(
        &mut self,
        model: &mut M,
        batch: backprop_datasets::Result<Batch<T, Y>>,
        pass: &mut Pass<Y, T>,
    ) -> Result<f64> {
        let batch = batch?;
        let samples = batch.len();
        let tape = Tape::training(self.rng.next_seed());
        let output = model.forward(&tape.input(batch.inputs));
        let loss = self.loss.loss(&output, &batch.targets);
        let mut gradients = loss.backward()?;
        if let Some(limit) = self.clip_norm {
            clip_norm(&mut gradients, limit)?;
        }
        self.optimizer.step(model, &gradients)?;
        pass.add(&loss, &output, &batch.targets, samples)
    }

    /// The loss and the metrics of a model on some data. The model is used, not trained.
    ///
    /// # Errors
    /// If the data cannot be had, or a batch does not fit the model.
    pub fn evaluate<M, D>(&self, model: &M, data: &D) -> Result<Evaluation>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        let mut pass = Pass::new(&self.metrics);
        for batch in TryBatches::new(data, EVALUATION_BATCH) {
            let batch = batch?;
            let samples = batch.len();
            let output = model.forward(&Tape::inference().input(batch.inputs));
            let loss = self.loss.loss(&output, &batch.targets);
            pass.add(&loss, &output, &batch.targets, samples)?;
        }
        Ok(pass.evaluation())
    }
}

/// Samples that are evaluated at once: enough for matrix products at full speed, without taking much memory.
pub(crate) const EVALUATION_BATCH: usize = 512;

/// What is counted in a pass over the data.
struct Pass<Y: Element, T: Float> {
    loss: f64,
    samples: usize,
    metrics: Vec<(String, Box<dyn Count<Y, T>>)>,
}

impl<Y: Element, T: Float> Pass<Y, T> {
    fn new(metrics: &[Box<dyn Metric<Y, T>>]) -> Self {
        let metrics = metrics
            .iter()
            .map(|metric| (metric.name().into(), metric.start()));
        Self {
            loss: 0.0,
            samples: 0,
            metrics: metrics.collect(),
        }
    }

    /// Counts a batch, and gives its loss.
    fn add(&mut self, loss: &Var<T>, output: &Var<T>, targets: &Tensor<Y>, samples: usize) -> Result<f64> {
        let loss = loss.item()?.to_f64();
        self.loss += loss * samples as f64;
        self.samples += samples;
        for (_, metric) in &mut self.metrics {
            metric.add(output.value()?, targets)?;
        }
        Ok(loss)
    }

    fn evaluation(&self) -> Evaluation {
        Evaluation {
            loss: self.loss(),
            metrics: self.metrics(),
        }
    }
}

impl<Y: Element, T: Float> Running for Pass<Y, T> {
    fn loss(&self) -> f64 {
        self.loss / self.samples as f64
    }

    fn metrics(&self) -> Vec<(String, f64)> {
        let metrics = self.metrics.iter();
        metrics
            .map(|(name, count)| (name.clone(), count.value()))
            .collect()
    }
}

impl<Y: Element, T: Float> fmt::Debug for Pass<Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass")
            .field("loss", &self.loss())
            .field("metrics", &self.metrics())
            .finish()
    }
}
