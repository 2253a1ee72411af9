//! What happens between steps and epochs: one file a callback.

mod early_stopping;
mod on_step;
mod progress;

pub use early_stopping::EarlyStopping;
pub use on_step::OnStep;
pub use progress::Progress;

use std::ops::ControlFlow;

use backprop_autodiff::Module;
use backprop_tensor::Float;

use crate::{Epoch, History, Result};

/// Something that is told how training goes, and may end it or change the model. Every hook does nothing unless overridden.
pub trait Callback<T: Float = f32> {
    /// Before the first step.
    ///
    /// # Errors
    /// An error of any hook ends the training.
    fn on_fit_begin(&mut self, plan: &Plan) -> Result<()> {
        let _ = plan;
        Ok(())
    }

    /// After a step. [`ControlFlow::Break`] ends training after it.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_step_end(&mut self, step: &Step<'_>) -> Result<ControlFlow<()>> {
        let _ = step;
        Ok(ControlFlow::Continue(()))
    }

    /// After an epoch and its validation. [`ControlFlow::Break`] ends training.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_epoch_end(&mut self, epoch: &Epoch, model: &mut dyn Module<T>) -> Result<ControlFlow<()>> {
        let _ = (epoch, model);
        Ok(ControlFlow::Continue(()))
    }

    /// After the last step.
    ///
    /// # Errors
    /// As [`on_fit_begin`](Self::on_fit_begin).
    fn on_fit_end(&mut self, history: &History, model: &mut dyn Module<T>) -> Result<()> {
        let _ = (history, model);
        Ok(())
    }
}

/// What is going to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The number of epochs.
    pub epochs: usize,
    /// The number of steps in each.
    pub steps: usize,
}

/// One step that was taken.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Step<'a> {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The step in it, from 1.
    pub step: usize,
    /// The loss of the batch, before the step.
    pub loss: f64,
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
