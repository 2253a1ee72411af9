//! What a trainer does.

use backprop_autodiff::{Tape, Var};
use backprop_datasets::{Batch, Dataset, TryBatches};
use backprop_layers::Layer;
use backprop_optim::Optimizer;
use backprop_tensor::{Element, Float, Tensor, simd};

use crate::callbacks::Plan;
use crate::check::{TRAINING, Targets, VALIDATION, changed, check_count, check_inputs};
use crate::class_weights::{Weights, with_classes};
use crate::limits;
use crate::losses::counting;
use crate::pass::Pass;
use crate::run::{OwnSteps, Run};
use crate::run_state::{Course, RunState, Settings};
use crate::validation::{AnyData, split_off};
use crate::{Callback, Error, Evaluation, History, Loss, Result, Trainer, Validation};

/// What a step of one's own is given: see [`Trainer::fit_with`].
#[derive(Debug)]
#[non_exhaustive]
pub struct OwnStep<'a, M, O, T: Float = f32, Y: Element = i64> {
    /// The model.
    pub model: &'a mut M,
    /// The trainer's optimizer, with the learning rate of the step.
    pub optimizer: &'a mut O,
    /// The samples.
    pub batch: Batch<T, Y>,
    /// A tape for training, seeded as the trainer would.
    pub tape: Tape<T>,
}

impl<L, O, T, Y> Trainer<L, O, T, Y>
where
    L: Loss<T, Y>,
    O: Optimizer<T>,
    Y: Element,
    T: Float,
{
    /// Trains a model, and evaluates it on the validation data after each epoch: `None` for none, `&data`, or a fraction of the training data.
    ///
    /// Another call with the same model goes on with what the optimizer has gathered; one with another model [begins afresh](backprop_optim::Optimizer#several-models).
    ///
    /// # Errors
    /// If a setting is out of its range or the data cannot be [learned from](Self::check), before the first step; if a step fails:
    /// [`Error::Step`] says which. The model is as the last step left it. Data that does not lie in memory is checked batch by batch.
    #[track_caller]
    pub fn fit<'a, M, D>(
        &mut self,
        model: &mut M,
        train: &D,
        validation: impl Into<Validation<'a, T, Y>>,
    ) -> Result<History>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        self.fit_any(model, train, validation.into(), None)
    }

    /// As [`fit`](Self::fit), with a step of one's own: from batch, tape, model and optimizer to the loss and the outputs, which are
    /// counted as usual.
    ///
    /// Batches, order, seeds, schedule, metrics, validation, callbacks, checkpoints are the trainer's; clipping, weights of classes, accumulation and the
    /// trainer's loss are not used but for evaluations. Weights of samples are, beside these, in metrics alone: in the loss they are the step's business.
    ///
    /// ```
    /// use backprop_datasets::synthetic::moons;
    /// use backprop_layers::{Layer, Linear};
    /// use backprop_optim::{Optimizer, Sgd};
    /// use backprop_tensor::Rng;
    /// use backprop_train::{CrossEntropy, Progress, Trainer};
    ///
    /// let data = moons(100, 0.1, &mut Rng::seed(0))?;
    /// let mut model = Linear::new(2, 2, &mut Rng::seed(0));
    /// let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.1)).progress(Progress::Silent);
    /// let history = trainer.fit_with(&mut model, &data, None, |step| {
    ///     let output = step.model.forward(&step.tape.input(step.batch.inputs));
    ///     let penalty = step.tape.param(&step.model.weight).abs().sum(..) * 0.01;
    ///     let loss = output.cross_entropy(&step.batch.targets) + penalty;
    ///     step.optimizer.step(step.model, &loss.backward()?)?;
    ///     Ok((loss, output))
    /// })?;
    /// assert_eq!(history.epochs.len(), 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and those of the step.
    #[track_caller]
    pub fn fit_with<'a, M, D>(
        &mut self,
        model: &mut M,
        train: &D,
        validation: impl Into<Validation<'a, T, Y>>,
        mut step: impl FnMut(OwnStep<'_, M, O, T, Y>) -> Result<(Var<T>, Var<T>)>,
    ) -> Result<History>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        self.fit_any(model, train, validation.into(), Some(&mut step))
    }

    #[track_caller]
    fn fit_any<M: Layer<T>>(
        &mut self,
        model: &mut M,
        train: &AnyData<'_, T, Y>,
        validation: Validation<'_, T, Y>,
        own: Option<&mut OwnSteps<'_, M, O, T, Y>>,
    ) -> Result<History> {
        self.check_settings(train)?;
        if own.is_none() && !model.parameters().iter().any(|param| param.is_trainable()) {
            return Err(Error::setting(
                "the model has no parameters to train",
                "it needs one at least that is not frozen",
            ));
        }
        if own.is_some() && self.accumulate > 1 {
            return Err(Error::setting(
                format!("gradients of {} batches", self.accumulate),
                "a step of one's own has one batch, and may add gradients up by itself",
            ));
        }
        let resumed = match self.resume.take() {
            None => None,
            Some(path) => Some((RunState::load(&path)?, path)),
        };
        if let Some((state, _)) = &resumed {
            self.rng = state.rngs[0].clone();
        }
        let first_rng = self.rng.clone();
        let parts;
        let (train, validation) = match validation {
            Validation::None => (train, None),
            Validation::Data(data) => (train, Some(data as &AnyData<'_, T, Y>)),
            Validation::Fraction(fraction) => {
                parts = split_off(train, fraction, &mut self.rng)?;
                (
                    &parts.0 as &AnyData<'_, T, Y>,
                    Some(&parts.1 as &AnyData<'_, T, Y>),
                )
            }
        };
        self.check_settings(train)?;
        let checked = self.check_all(model, train, validation)?;
        if self.checks && own.is_none() && train.is_in_memory() {
            self.check_last_batch(model, train)?;
        }
        let classes = self.class_weights.as_ref();
        let classes = classes
            .map(|weights| weights.resolve(&self.loss, train, validation))
            .transpose()?;
        let baseline = match checked {
            None => None,
            Some(checked) => self.baseline(checked, classes.as_ref())?,
        };

        let (own_callbacks, learning_rate) = (self.callbacks.len(), self.optimizer.learning_rate());
        let schedule = self.schedule.as_ref().map(|schedule| schedule.state());
        let samples = train.len();
        if samples == 0 {
            // There were some a moment ago.
            return Err(changed("all samples are gone".into()));
        }
        let mut run = Run {
            plan: self.plan(samples),
            callbacks: self.take_callbacks(),
            own_callbacks,
            history: History {
                baseline,
                ..History::default()
            },
            trainer: self,
            model,
            train,
            validation,
            own,
            classes,
            learning_rate,
            first_rng,
        };
        let result = run.run(resumed);
        let history = std::mem::take(&mut run.history);
        let mut callbacks = std::mem::take(&mut run.callbacks);
        callbacks.truncate(own_callbacks);
        self.callbacks = callbacks;
        self.optimizer.set_learning_rate(learning_rate);
        if let (Some(schedule), Some(state)) = (&mut self.schedule, schedule) {
            schedule.load_state(&state)?;
        }
        result.map(|()| history)
    }

    /// The data before the first step. Gives the targets to learn if they lie in memory.
    #[track_caller]
    fn check_all<M: Layer<T>>(
        &self,
        model: &M,
        train: &AnyData<'_, T, Y>,
        validation: Option<&AnyData<'_, T, Y>>,
    ) -> Result<Option<Targets<Y>>> {
        if let Some(data) = validation {
            check_count(VALIDATION, data)?;
        }
        if !self.checks {
            return Ok(None);
        }
        let mut checked = None;
        if train.is_in_memory() {
            let output = self.check_model(TRAINING, model, train)?;
            checked = Some(self.check_samples(TRAINING, train, &output, true)?);
        }
        if let Some(data) = validation.filter(|data| data.is_in_memory()) {
            let output = self.check_model(VALIDATION, model, data)?;
            self.check_samples(VALIDATION, data, &output, false)?;
        }
        Ok(checked)
    }

    /// The loss of the best constant output, if the loss knows it.
    fn baseline(
        &self,
        Targets { targets, weights }: Targets<Y>,
        classes: Option<&Weights>,
    ) -> Result<Option<f64>> {
        let weights = with_classes(&self.loss, classes, &targets, weights)?;
        let baseline = self.loss.baseline(&targets, weights.as_ref());
        Ok(baseline.filter(|baseline| baseline.is_finite()))
    }

    fn plan(&self, samples: usize) -> Plan {
        let size = self.batch_size_for(samples).max(1);
        let batches = match self.drop_last {
            true => samples / size,
            false => samples.div_ceil(size),
        };
        let errors = self.metrics.iter().filter(|metric| metric.less_is_better());
        Plan {
            epochs: self.epochs,
            steps: batches.div_ceil(self.accumulate),
            samples,
            done: 0,
            metrics: ["loss".to_owned()]
                .into_iter()
                .chain(self.metrics.iter().map(|metric| metric.name().to_owned()))
                .collect(),
            less_is_better: ["loss".to_owned()]
                .into_iter()
                .chain(errors.map(|metric| metric.name().to_owned()))
                .collect(),
            // Levels of one name have other vectors on another kind of machine.
            level: format!("{} {}", std::env::consts::ARCH, simd::level()),
        }
    }

    /// The trainer's own callbacks, and those that show where training is.
    fn take_callbacks(&mut self) -> Vec<Box<dyn Callback<T>>> {
        let mut callbacks = std::mem::take(&mut self.callbacks);
        callbacks.extend(self.progress.callback());
        #[cfg(feature = "tracing")]
        callbacks.push(Box::new(crate::callbacks::Trace));
        callbacks
    }

    /// What a run that is resumed must have in common with the one that was saved.
    pub(crate) fn settings(&self, samples: usize) -> Settings {
        Settings {
            optimizer: self.optimizer.name().into(),
            samples,
            batch_size: self.batch_size_for(samples),
            accumulate: self.accumulate,
            metrics: self.metrics.iter().map(|metric| metric.name().into()).collect(),
            course: Some(Course {
                drop_last: self.drop_last,
                epochs: self.epochs,
                schedule_epochs: self.schedule.is_some().then_some(self.schedule_epochs).flatten(),
            }),
        }
    }
}

impl<L, O, T, Y> Trainer<L, O, T, Y>
where
    L: Loss<T, Y>,
    O: Optimizer<T>,
    Y: Element,
    T: Float,
{
    /// The loss and the metrics of a model on some data. The model is used, not trained.
    ///
    /// If samples have weights, the loss is their weighted mean, and metrics [weigh](crate::Count::add_weighted) them too. The
    /// [weights of classes](Self::class_weights) do not count here, so that models trained with different ones can be compared. A sample of weight 0, or
    /// a target that the loss [ignores](crate::CrossEntropy::ignore_index), counts nothing, even if its loss is infinite.
    ///
    /// # Errors
    /// If there are no samples or more than 2³², all of them have the weight 0, those of a batch add up to infinity, the data cannot be had, a batch does not fit the model, or an input is no finite number and the trainer not
    /// [unchecked](Self::unchecked).
    #[track_caller]
    pub fn evaluate<M, D>(&self, model: &M, data: &D) -> Result<Evaluation>
    where
        M: Layer<T>,
        D: Dataset<Input = T, Target = Y>,
    {
        self.evaluate_any(model, data, self.checks, None)
    }

    #[track_caller]
    pub(crate) fn evaluate_any<M: Layer<T>>(
        &self,
        model: &M,
        data: &AnyData<'_, T, Y>,
        checks: bool,
        classes: Option<&Weights>,
    ) -> Result<Evaluation> {
        if data.is_empty() {
            return Err(Error::setting(
                "the data has no samples",
                "there must be something to evaluate",
            ));
        }
        limits::check_samples("data to evaluate", data.len())?;
        let (mut pass, mut start) = (Pass::new(&self.metrics), 0);
        for batch in TryBatches::new(data, EVALUATION_BATCH) {
            let batch = batch?;
            if checks {
                check_inputs("data", &batch.inputs, start)?;
                start += batch.len();
            }
            let output = model.forward(&Tape::inference().input(batch.inputs));
            let counts = self.counts(&batch.targets, batch.weights.as_ref())?;
            let weights = with_classes(&self.loss, classes, &batch.targets, batch.weights)?;
            let (loss, weight) = self.loss_of(&output, &batch.targets, weights.as_ref())?;
            pass.add_loss(loss.item()?.to_f64(), weight);
            pass.add_metrics(output.value()?, &batch.targets, counts.as_ref())?;
        }
        match pass.is_weightless() {
            true => Err(Error::setting(
                "the weights of all samples are 0",
                "one at least must count in an evaluation",
            )),
            false => Ok(pass.evaluation()),
        }
    }

    /// How much each sample counts in a metric, `[n]`, or each target if the loss ignores some.
    pub(crate) fn counts(
        &self,
        targets: &Tensor<Y>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<Option<Tensor<f64>>> {
        let Some(counts) = counting(targets, self.loss.ignored_class())? else {
            return Ok(weights.cloned());
        };
        let Some(weights) = weights else {
            return Ok(Some(counts));
        };
        let mut shape = vec![1; counts.rank()];
        if let Some(samples) = shape.first_mut() {
            *samples = weights.count();
        }
        Ok(Some(counts.try_mul(&weights.reshape(shape)?)?))
    }

    /// The weight of each sample, `[n]`, with the share of its targets that count.
    fn with_counts(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Result<Option<Tensor<f64>>> {
        let Some(counts) = counting(targets, self.loss.ignored_class())? else {
            return Ok(weights.cloned());
        };
        let shares = match counts.rank() {
            0 | 1 => counts,
            rank => counts.mean((1..rank as isize).collect::<Vec<_>>())?,
        };
        Ok(Some(match weights {
            None => shares,
            Some(weights) => shares.try_mul(weights)?,
        }))
    }

    /// The loss of a batch, and the weight of its samples altogether.
    pub(crate) fn loss_of(
        &self,
        output: &Var<T>,
        targets: &Tensor<Y>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<(Var<T>, f64)> {
        let weights = self.with_counts(targets, weights)?;
        let Some(weights) = &weights else {
            let samples = targets.shape().first().copied().unwrap_or(0);
            return Ok((self.loss.loss(output, targets), samples as f64));
        };
        let total = weights.sum(..)?.item()?;
        let needs_each = || {
            Error::setting(
                "weights of samples or classes",
                "they need a loss that gives the loss of each sample, as PerSample does",
            )
        };
        if total == 0.0 {
            // It may fail, but what it is does not count: 0, and so are all gradients.
            self.loss.each(output, targets).ok_or_else(needs_each)?.value()?;
            return Ok((output.slice(0, 0..0).sum(..), 0.0));
        }
        if total.is_infinite() {
            let expected = "the sum of a batch must be a finite number: divide them all by the largest";
            return Err(Error::setting("weights of samples or classes", expected));
        }
        let loss = self
            .loss
            .weighted(output, targets, weights)
            .ok_or_else(needs_each)?;
        Ok((loss, total))
    }
}

/// Samples that are evaluated at once: enough for matrix products at full speed, without taking much memory.
pub(crate) const EVALUATION_BATCH: usize = 512;
