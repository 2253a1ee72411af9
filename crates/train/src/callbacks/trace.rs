use std::ops::ControlFlow;

use backprop_tensor::Float;

use super::{Callback, Plan, Step, Training};
use crate::{Epoch, Evaluation, History, Result};

/// Events of the crate `tracing`: the beginning, every epoch and the end at level info, every step at level trace.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Trace;

impl<T: Float> Callback<T> for Trace {
    fn on_fit_begin(&mut self, plan: &Plan, history: &History, training: &mut Training<'_, T>) -> Result<()> {
        let parameters = training.model.parameter_count();
        let (epochs, steps, samples) = (plan.epochs, plan.steps, plan.samples);
        tracing::info!(
            epochs,
            steps,
            samples,
            parameters,
            done = plan.done,
            level = plan.level,
            level_before = history.levels.last(),
            "training begins"
        );
        Ok(())
    }

    fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        let (loss, learning_rate) = (step.loss, step.learning_rate);
        tracing::trace!(epoch = step.epoch, step = step.step, loss, learning_rate, "step");
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        tracing::info!(
            epoch = epoch.epoch,
            loss = epoch.train.loss,
            metrics = metrics(&epoch.train),
            validation_loss = epoch.validation.as_ref().map(|validation| validation.loss),
            validation_metrics = epoch.validation.as_ref().map(metrics),
            learning_rate = epoch.learning_rate,
            seconds = epoch.seconds,
            "epoch"
        );
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, history: &History, _: &mut Training<'_, T>) -> Result<()> {
        let diagnosis = history.diagnosis();
        tracing::info!(
            epochs = history.epochs.len(),
            ended = ?history.ended,
            verdict = %diagnosis.verdict,
            best_epoch = diagnosis.best_epoch,
            best_loss = diagnosis.best_loss,
            seconds = history.seconds(),
            "training ended"
        );
        Ok(())
    }
}

/// `accuracy=0.9244 f1=0.9241`: how many there are is known to nobody beforehand.
fn metrics(evaluation: &Evaluation) -> String {
    let metrics = evaluation.metrics.iter();
    let metrics = metrics.map(|(name, value)| format!("{name}={value:.4}"));
    metrics.collect::<Vec<_>>().join(" ")
}
