//! The training loop.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use backprop_autodiff::{Tape, Var};
use backprop_datasets::{Batch, TryBatches};
use backprop_layers::Layer;
use backprop_optim::{Optimizer, Time, clip_norm, clip_value};
use backprop_tensor::{Element, Float, Rng, Tensor};

use crate::accumulated::Accumulated;
use crate::callbacks::{Callback, Plan, Step, Training};
use crate::check::{changed, check_inputs};
use crate::class_weights::{Weights, with_classes};
use crate::pass::{Pass, PassState};
use crate::run_state::RunState;
use crate::validation::AnyData;
use crate::{Ended, Epoch, Error, History, Loss, OwnStep, Result, Trainer};

/// Steps of one's own.
pub(crate) type OwnSteps<'s, M, O, T, Y> =
    dyn FnMut(OwnStep<'_, M, O, T, Y>) -> Result<(Var<T>, Var<T>)> + 's;

/// A training while it goes on.
pub(crate) struct Run<'r, 'd, 's, L, O, T: Float, Y: Element, M> {
    pub(crate) trainer: &'r mut Trainer<L, O, T, Y>,
    pub(crate) callbacks: Vec<Box<dyn Callback<T>>>,
    /// How many of them are the trainer's. The others show where training is, on whatever a run that is resumed has for it.
    pub(crate) own_callbacks: usize,
    pub(crate) model: &'r mut M,
    pub(crate) train: &'r AnyData<'d, T, Y>,
    pub(crate) validation: Option<&'r AnyData<'d, T, Y>>,
    pub(crate) own: Option<&'r mut OwnSteps<'s, M, O, T, Y>>,
    /// The weight of each class.
    pub(crate) classes: Option<Weights>,
    pub(crate) plan: Plan,
    pub(crate) history: History,
    /// The optimizer's learning rate, which a schedule multiplies.
    pub(crate) learning_rate: f64,
    pub(crate) first_rng: Rng,
}

/// Where an epoch is.
struct Progressed<T: Float, Y: Element> {
    epoch: usize,
    /// Steps taken.
    step: usize,
    /// The generator before it.
    rng: Rng,
    pass: Pass<T, Y>,
    started: Instant,
    /// How long it took before the run was resumed.
    seconds: f64,
}

impl<T: Float, Y: Element> Progressed<T, Y> {
    fn seconds(&self) -> f64 {
        self.seconds + self.started.elapsed().as_secs_f64()
    }
}

impl<L, O, T, Y, M> Run<'_, '_, '_, L, O, T, Y, M>
where
    L: Loss<T, Y>,
    O: Optimizer<T>,
    Y: Element,
    T: Float,
    M: Layer<T>,
{
    #[track_caller]
    pub(crate) fn run(&mut self, resumed: Option<(RunState<T>, PathBuf)>) -> Result<()> {
        let state = match resumed {
            None => None,
            Some((state, path)) => Some(self.restore(state, &path)?),
        };
        let (plan, history) = (self.plan.clone(), std::mem::take(&mut self.history));
        let begun = self.each(|callback, training| callback.on_fit_begin(&plan, &history, training));
        self.history = history;
        begun?;
        if self.history.levels.last() != Some(&self.plan.level) {
            self.history.levels.push(self.plan.level.clone());
        }
        let (mut first, mut within) = (1, None);
        if let Some(state) = state {
            for (callback, (_, bytes)) in self.callbacks.iter_mut().zip(&state.callbacks) {
                callback.restore(bytes)?;
            }
            first = state.epoch;
            let ended = state.ended.filter(|name| {
                let mut callbacks = self.callbacks.iter();
                callbacks.any(|callback| callback.name() == name && callback.is_over())
            });
            if let Some(name) = ended {
                self.history.ended = Ended::Callback(name);
            }
            within = state.pass.map(|pass| (state.step, state.rngs, pass));
        }
        let is_over = self.history.ended != Ended::Completed;
        for number in (first..=self.plan.epochs).take_while(|_| !is_over) {
            match self.whole_epoch(number, within.take())? {
                Ended::Completed => {}
                ended => {
                    self.history.ended = ended;
                    break;
                }
            }
        }
        let history = std::mem::take(&mut self.history);
        let ended = self.each(|callback, training| callback.on_fit_end(&history, training));
        self.history = history;
        ended.map(|_| ())
    }

    /// Takes over what a checkpoint holds.
    fn restore(&mut self, state: RunState<T>, path: &std::path::Path) -> Result<RunState<T>> {
        let own = self.callbacks.iter().take(self.own_callbacks);
        let names: Vec<String> = own.map(|callback| callback.name().into()).collect();
        state.check(path, &self.trainer.settings(self.plan.samples), &names)?;
        let is_of_run = state.step <= self.plan.steps
            && state.epoch.checked_sub(1) == Some(state.history.epochs.len())
            && state.pass.is_some() == (state.step > 0);
        if !is_of_run {
            let reason = format!(
                "is at step {} of epoch {} after {} whole epochs: there is no such step",
                state.step,
                state.epoch,
                state.history.epochs.len()
            );
            return Err(Error::format(path, reason));
        }
        self.model
            .load_state(&state.model)
            .map_err(|error| Error::format(path, format!("is of another model: {error}")))?;
        self.trainer.optimizer.load_state(state.optimizer.clone())?;
        self.learning_rate = state.learning_rates.0;
        self.trainer.optimizer.set_learning_rate(state.learning_rates.1);
        if let Some(schedule) = &mut self.trainer.schedule {
            schedule.load_state(&state.schedule)?;
        }
        self.trainer.rng = state.rngs[2].clone();
        self.plan.done = (state.epoch - 1)
            .saturating_mul(self.plan.steps)
            .saturating_add(state.step);
        self.history.epochs.clone_from(&state.history.epochs);
        self.history.levels.clone_from(&state.history.levels);
        Ok(state)
    }

    /// Calls a hook of all callbacks, and gives the checkpoints they asked for.
    fn each(
        &mut self,
        mut hook: impl FnMut(&mut dyn Callback<T>, &mut Training<'_, T>) -> Result<()>,
    ) -> Result<Vec<PathBuf>> {
        let mut training = Training::new(self.model, &mut self.trainer.optimizer);
        for callback in &mut self.callbacks {
            hook(&mut **callback, &mut training)?;
        }
        Ok(training.checkpoints)
    }

    /// As [`each`](Self::each), for hooks that may end training; gives the name of the first callback that does.
    fn each_flow(
        &mut self,
        mut hook: impl FnMut(&mut dyn Callback<T>, &mut Training<'_, T>) -> Result<ControlFlow<()>>,
    ) -> Result<(Option<String>, Vec<PathBuf>)> {
        let mut ended = None;
        let checkpoints = self.each(|callback, training| {
            if hook(callback, training)?.is_break() {
                ended.get_or_insert_with(|| callback.name().to_owned());
            }
            Ok(())
        })?;
        Ok((ended, checkpoints))
    }

    /// An epoch with its validation.
    #[track_caller]
    fn whole_epoch(
        &mut self,
        number: usize,
        within: Option<(usize, [Rng; 3], (PassState, f64))>,
    ) -> Result<Ended> {
        let mut at = Progressed {
            epoch: number,
            step: 0,
            rng: self.trainer.rng.clone(),
            pass: Pass::new(&self.trainer.metrics),
            started: Instant::now(),
            seconds: 0.0,
        };
        if let Some((step, [_, rng, _], (pass, seconds))) = within {
            (at.step, at.rng, at.seconds) = (step, rng, seconds);
            at.pass.restore(pass)?;
        } else {
            self.each(|callback, training| callback.on_epoch_begin(number, training))?;
        }
        let ended = self.steps(&mut at)?;
        if ended == Ended::Stopped {
            return Ok(ended);
        }
        let seconds = at.seconds();
        let validation = match self.validation {
            None => None,
            Some(data) => {
                self.each(|callback, training| callback.on_validation_begin(training))?;
                let evaluation = self
                    .trainer
                    .evaluate_any(self.model, data, false, self.classes.as_ref())?;
                self.each(|callback, training| callback.on_validation_end(&evaluation, training))?;
                Some(evaluation)
            }
        };
        let epoch = Epoch {
            epoch: number,
            train: at.pass.evaluation(),
            validation,
            learning_rate: self.trainer.optimizer.learning_rate(),
            seconds,
        };
        if let Some(schedule) = &mut self.trainer.schedule {
            schedule.observe(epoch.judged().loss);
        }
        let (finished, checkpoints) =
            self.each_flow(|callback, training| callback.on_epoch_end(&epoch, training))?;
        self.history.epochs.push(epoch);
        if !checkpoints.is_empty() {
            let state = self.state(number + 1, 0, self.trainer.rng.clone(), None, finished.clone())?;
            checkpoints.iter().try_for_each(|path| state.save(path))?;
        }
        Ok(match (ended, finished) {
            (Ended::Completed, Some(name)) => Ended::Callback(name),
            (ended, _) => ended,
        })
    }

    /// The steps of an epoch that have not been taken yet.
    #[track_caller]
    fn steps(&mut self, at: &mut Progressed<T, Y>) -> Result<Ended> {
        let (size, accumulate) = (
            self.trainer.batch_size_for(self.plan.samples),
            self.trainer.accumulate,
        );
        let mut rng = at.rng.clone();
        let mut batches = TryBatches::new(self.train, size).shuffle(&mut rng);
        if self.trainer.drop_last {
            batches = batches.drop_last();
        }
        if at.step == 0 {
            self.trainer.rng = rng;
        } else if let Some(last) = at.step.saturating_mul(accumulate).checked_sub(1) {
            // Passed over without being loaded, but for the last one.
            batches.nth(last).transpose()?;
        }
        while at.step < self.plan.steps {
            let count = accumulate.min(batches.len());
            if count == 0 {
                return Err(changed(format!(
                    "there are no longer {} samples",
                    self.plan.samples
                )));
            }
            let done = (at.epoch - 1) * self.plan.steps + at.step;
            self.schedule(done);
            let learning_rate = self.trainer.optimizer.learning_rate();
            at.step += 1;
            let (epoch, step) = (at.epoch, at.step);
            self.each(|callback, training| callback.on_step_begin(step, training))?;
            let stepped = self.step(batches.by_ref().take(count), &mut at.pass);
            let (loss, weight) = stepped.map_err(|source| Error::Step {
                epoch,
                step,
                source: Box::new(source),
            })?;
            let info = Step {
                epoch,
                step,
                total: done + 1,
                loss,
                weight,
                learning_rate,
                running: &at.pass,
            };
            let (ended, mut checkpoints) =
                self.each_flow(|callback, training| callback.on_step_end(&info, training))?;
            let stopped = self.trainer.stop.as_ref().is_some_and(|stop| stop.is_stopped());
            if stopped {
                checkpoints.extend(self.each(|callback, training| callback.on_stop(training))?);
            }
            if !checkpoints.is_empty() {
                let pass = (at.pass.state()?, at.seconds());
                let state = self.state(epoch, step, at.rng.clone(), Some(pass), None)?;
                checkpoints.iter().try_for_each(|path| state.save(path))?;
            }
            match ended {
                _ if stopped => return Ok(Ended::Stopped),
                Some(name) => return Ok(Ended::Callback(name)),
                None => {}
            }
        }
        Ok(Ended::Completed)
    }

    /// Sets the learning rate of the step after so many.
    fn schedule(&mut self, done: usize) {
        if let Some(schedule) = &self.trainer.schedule {
            let epochs = self.trainer.schedule_epochs.unwrap_or(self.plan.epochs);
            let factor = schedule.factor(Time::new(done, epochs, self.plan.steps));
            let rate = self.learning_rate * factor;
            self.trainer.optimizer.set_learning_rate(rate);
        }
    }

    /// One step, with the mean gradient of some batches, loaded one by one; gives their mean loss and their weight.
    #[track_caller]
    fn step(
        &mut self,
        batches: impl ExactSizeIterator<Item = backprop_datasets::Result<Batch<T, Y>>>,
        pass: &mut Pass<T, Y>,
    ) -> Result<(f64, f64)> {
        if self.own.is_some() {
            return self.own_steps(batches, pass);
        }
        let alone = batches.len() == 1;
        let mut all = Accumulated::new();
        for batch in batches {
            let Batch {
                inputs,
                targets,
                weights,
                ..
            } = batch?;
            self.check_inputs(&inputs)?;
            let counts = self.trainer.counts(&targets, weights.as_ref())?;
            let weights = with_classes(&self.trainer.loss, self.classes.as_ref(), &targets, weights)?;
            let tape = Tape::training(self.trainer.rng.next_seed());
            let output = self.model.forward(&tape.input(inputs));
            if self.checks_batches() && !output.has_failed() {
                self.trainer.check_targets("batch", &targets, output.shape(), 0)?;
            }
            let (loss, of_batch) = self.trainer.loss_of(&output, &targets, weights.as_ref())?;
            let share = all.share(of_batch)?;
            let gradients = match alone {
                true => loss.backward()?,
                false => (&loss * &loss.constant(Tensor::scalar(T::from_f64(share)))).backward()?,
            };
            let loss = loss.item()?.to_f64();
            pass.add_loss(loss, of_batch);
            pass.add_metrics(output.value()?, &targets, counts.as_ref())?;
            all.add(gradients, loss, of_batch)?;
        }
        let of_step = all.loss();
        let gradients = if alone { all.sum() } else { all.mean()? };
        let Some(mut gradients) = gradients else {
            return Ok((f64::NAN, 0.0));
        };
        if let Some(limit) = self.trainer.clip_value {
            clip_value(&mut gradients, limit)?;
        }
        if let Some(limit) = self.trainer.clip_norm {
            clip_norm(&mut gradients, limit)?;
        }
        self.each(|callback, training| callback.on_gradients(&mut gradients, training))?;
        self.trainer.optimizer.step(self.model, &gradients)?;
        Ok(of_step)
    }

    /// Steps of one's own, one a batch.
    fn own_steps(
        &mut self,
        batches: impl Iterator<Item = backprop_datasets::Result<Batch<T, Y>>>,
        pass: &mut Pass<T, Y>,
    ) -> Result<(f64, f64)> {
        let mut last = (f64::NAN, 0.0);
        for batch in batches {
            let batch = batch?;
            self.check_inputs(&batch.inputs)?;
            let (targets, samples) = (batch.targets.clone(), batch.len());
            let counts = self.trainer.counts(&targets, batch.weights.as_ref())?;
            let tape = Tape::training(self.trainer.rng.next_seed());
            let Some(own) = &mut self.own else { return Ok(last) };
            let (loss, output) = own(OwnStep {
                model: self.model,
                optimizer: &mut self.trainer.optimizer,
                batch,
                tape,
            })?;
            last = (loss.item()?.to_f64(), samples as f64);
            pass.add_loss(last.0, last.1);
            pass.add_metrics(output.value()?, &targets, counts.as_ref())?;
        }
        Ok(last)
    }

    /// Whether the data is checked batch by batch, since it did not lie in memory before.
    fn checks_batches(&self) -> bool {
        self.trainer.checks && !self.train.is_in_memory()
    }

    fn check_inputs(&self, inputs: &Tensor<T>) -> Result<()> {
        match self.checks_batches() {
            true => check_inputs("batch", inputs, 0),
            false => Ok(()),
        }
    }

    /// All that decides how training goes on from here.
    fn state(
        &self,
        epoch: usize,
        step: usize,
        epoch_rng: Rng,
        pass: Option<(PassState, f64)>,
        ended: Option<String>,
    ) -> Result<RunState<T>> {
        let optimizer = &self.trainer.optimizer;
        let callbacks = self.callbacks.iter().take(self.own_callbacks);
        Ok(RunState {
            settings: self.trainer.settings(self.plan.samples),
            model: self.model.state(),
            optimizer: optimizer.state()?,
            learning_rates: (self.learning_rate, optimizer.learning_rate()),
            schedule: self
                .trainer
                .schedule
                .as_ref()
                .map(|schedule| schedule.state())
                .unwrap_or_default(),
            rngs: [self.first_rng.clone(), epoch_rng, self.trainer.rng.clone()],
            epoch,
            step,
            pass,
            history: self.history.clone(),
            callbacks: callbacks
                .map(|callback| Ok((callback.name().into(), callback.state()?)))
                .collect::<Result<_>>()?,
            ended,
        })
    }
}
