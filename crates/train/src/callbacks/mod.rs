//! What happens between steps and epochs: one file a callback.

mod checkpoint;
mod csv_log;
mod early_stopping;
mod elastic_net;
mod json_lines_log;
mod log_file;
mod max_norm;
mod on_epoch;
mod on_step;
mod progress;
mod stop_on_nan;
mod tensor_board;
mod time_limit;
#[cfg(feature = "tracing")]
mod trace;

pub use checkpoint::Checkpoint;
pub use csv_log::CsvLog;
pub use early_stopping::EarlyStopping;
pub use elastic_net::ElasticNet;
pub use json_lines_log::JsonLinesLog;
pub use max_norm::MaxNorm;
pub use on_epoch::OnEpoch;
pub use on_step::OnStep;
pub use progress::Progress;
pub use stop_on_nan::StopOnNan;
pub use tensor_board::TensorBoardLog;
pub use time_limit::TimeLimit;
#[cfg(feature = "tracing")]
pub(crate) use trace::Trace;

use std::ops::ControlFlow;
use std::path::PathBuf;

use backprop_autodiff::{Gradients, Module};
use backprop_optim::Optimizer;
use backprop_tensor::Float;

use crate::{Epoch, Error, Evaluation, History, Result};

/// Something that is told how training goes, and may end it or change the model. Every hook does nothing unless overridden; an error of
/// any of them ends the training.
///
/// In a training of two epochs of two steps the hooks are called in this order:
///
/// ```text
/// on_fit_begin
///   on_epoch_begin
///     on_step_begin  on_gradients  on_step_end
///     on_step_begin  on_gradients  on_step_end
///     on_validation_begin  on_validation_end      with validation data
///   on_epoch_end
///   on_epoch_begin
///     ...
///   on_epoch_end
/// on_fit_end
/// ```
///
/// ```
/// use backprop_train::{Callback, Result, Step, Training};
/// use std::ops::ControlFlow;
///
/// /// Halves the learning rate when the loss of a step is larger than any before.
/// #[derive(Default)]
/// struct Careful(f64);
///
/// impl Callback for Careful {
///     fn on_step_end(&mut self, step: &Step<'_>, training: &mut Training<'_>) -> Result<ControlFlow<()>> {
///         if step.loss > self.0 {
///             self.0 = step.loss;
///             training.optimizer.set_learning_rate(step.learning_rate / 2.0);
///         }
///         Ok(ControlFlow::Continue(()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no callback of a training in `{T}`",
    note = "a closure becomes one by `OnEpoch(|epoch, training| ...)` or `OnStep(|step| ...)`, where its arguments need no types"
)]
pub trait Callback<T: Float = f32> {
    /// What it is called where a training says what ended it: the name of its type unless overridden.
    fn name(&self) -> &str {
        let name = std::any::type_name::<Self>();
        let name = name.split('<').next().unwrap_or(name);
        name.rsplit("::").next().unwrap_or(name)
    }

    /// Whether a run that this callback has ended stays so when it is resumed: asked after [`restore`](Self::restore), it says whether it would end
    /// the run with the settings that it has now.
    fn is_over(&self) -> bool {
        true
    }

    /// Before the first step. The history is empty, or that of a run that is [resumed](crate::Trainer::resume).
    ///
    /// # Errors
    /// What went wrong; training ends with it.
    fn on_fit_begin(&mut self, plan: &Plan, history: &History, training: &mut Training<'_, T>) -> Result<()> {
        let _ = (plan, history, training);
        Ok(())
    }

    /// Before the first step of an epoch, counted from 1; not again where a run goes on in the middle of one.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_epoch_begin(&mut self, epoch: usize, training: &mut Training<'_, T>) -> Result<()> {
        let _ = (epoch, training);
        Ok(())
    }

    /// Before a step, counted from 1 in its epoch.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_step_begin(&mut self, step: usize, training: &mut Training<'_, T>) -> Result<()> {
        let _ = (step, training);
        Ok(())
    }

    /// Between gradients and step, after clipping: to look at the gradients, or to change them. Not called in a
    /// [step of one's own](crate::Trainer::fit_with).
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_gradients(&mut self, gradients: &mut Gradients<T>, training: &mut Training<'_, T>) -> Result<()> {
        let _ = (gradients, training);
        Ok(())
    }

    /// After a step. [`ControlFlow::Break`] ends training after it.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_step_end(&mut self, step: &Step<'_>, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        let _ = (step, training);
        Ok(ControlFlow::Continue(()))
    }

    /// Before the model is evaluated on the validation data.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_validation_begin(&mut self, training: &mut Training<'_, T>) -> Result<()> {
        let _ = training;
        Ok(())
    }

    /// After the model was evaluated on the validation data.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_validation_end(&mut self, validation: &Evaluation, training: &mut Training<'_, T>) -> Result<()> {
        let _ = (validation, training);
        Ok(())
    }

    /// After an epoch and its validation. [`ControlFlow::Break`] ends training.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_epoch_end(&mut self, epoch: &Epoch, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        let _ = (epoch, training);
        Ok(ControlFlow::Continue(()))
    }

    /// When a [`StopHandle`](crate::StopHandle) ends training after a step: the moment to ask for a checkpoint.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_stop(&mut self, training: &mut Training<'_, T>) -> Result<()> {
        let _ = training;
        Ok(())
    }

    /// After the last step.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_fit_end(&mut self, history: &History, training: &mut Training<'_, T>) -> Result<()> {
        let _ = (history, training);
        Ok(())
    }

    /// What it remembers, for a checkpoint: a run that goes on from there must end like one that was never stopped.
    ///
    /// # Errors
    /// If it cannot be written as bytes.
    fn state(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    /// Remembers what it did when the checkpoint was made. Called after [`on_fit_begin`](Self::on_fit_begin).
    ///
    /// # Errors
    /// If the bytes are not of such a callback.
    fn restore(&mut self, state: &[u8]) -> Result<()> {
        match state {
            [] => Ok(()),
            _ => Err(Error::State("this callback remembers nothing".into())),
        }
    }
}

/// What a callback can look at and change: the model and the optimizer.
pub struct Training<'a, T: Float = f32> {
    /// The model.
    pub model: &'a mut dyn Module<T>,
    /// The optimizer. The learning rate set here lasts until a schedule sets another one.
    pub optimizer: &'a mut dyn Optimizer<T>,
    pub(crate) checkpoints: Vec<PathBuf>,
}

impl<'a, T: Float> Training<'a, T> {
    pub(crate) fn new(model: &'a mut dyn Module<T>, optimizer: &'a mut dyn Optimizer<T>) -> Self {
        Self {
            model,
            optimizer,
            checkpoints: Vec::new(),
        }
    }

    /// Asks for the whole state of the training to be written to this file, once all callbacks have been called: [`Checkpoint`]. It can be
    /// asked for at the end of a step or an epoch, and in [`on_stop`](Callback::on_stop); elsewhere nothing is written.
    pub fn save_checkpoint(&mut self, path: impl Into<PathBuf>) {
        self.checkpoints.push(path.into());
    }
}

impl<T: Float> std::fmt::Debug for Training<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Training")
            .field("parameters", &self.model.parameter_count())
            .field("learning_rate", &self.optimizer.learning_rate())
            .finish_non_exhaustive()
    }
}

/// What is going to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The number of epochs.
    pub epochs: usize,
    /// The number of steps in each.
    pub steps: usize,
    /// The number of samples in each.
    pub samples: usize,
    /// The number of steps that a run that is resumed has taken already.
    pub done: usize,
    /// The names of the numbers that each epoch gives: the loss, and the metrics.
    pub metrics: Vec<String>,
    /// The names of the numbers of which less is better: the loss, and the metrics that [say so](crate::Metric::less_is_better).
    pub less_is_better: Vec<String>,
    /// The instruction set that the steps are computed with. Where the last of [`History::levels`] is another one, a run goes on with other bits.
    pub level: String,
}

/// One step that was taken.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Step<'a> {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The step in it, from 1.
    pub step: usize,
    /// The step in the whole training, from 1.
    pub total: usize,
    /// The loss of the batch, before the step; 0 if nothing in it counts.
    pub loss: f64,
    /// The weight of its samples altogether: their number, unless samples or classes have weights.
    pub weight: f64,
    /// The learning rate of the step.
    pub learning_rate: f64,
    /// The means over the epoch so far.
    pub running: &'a dyn Running,
}

/// The means over an epoch so far. Computing them costs something, so it is done only if somebody asks.
pub trait Running: std::fmt::Debug {
    /// The mean loss of a sample.
    fn loss(&self) -> f64;

    /// The metrics, by name.
    fn metrics(&self) -> Vec<(String, f64)>;
}
