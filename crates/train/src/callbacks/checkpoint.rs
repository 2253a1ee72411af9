use std::ops::ControlFlow;
use std::path::PathBuf;

use backprop_tensor::Float;

use super::{Callback, Plan, Step, Training};
use crate::monitor::Monitor;
use crate::{Epoch, History, Result, codec};

/// Writes the whole state of the training to a file: model, optimizer, generator, history and callbacks.
///
/// [`Trainer::resume`](crate::Trainer::resume) goes on from there, to the same weights as if nothing had happened. The file is replaced whole or not
/// at all. It is written after every epoch unless told otherwise, and when a [`StopHandle`](crate::StopHandle) ends training.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_layers::Linear;
/// use backprop_optim::Adam;
/// use backprop_tensor::Rng;
/// use backprop_train::{Checkpoint, CrossEntropy, Progress, Trainer};
///
/// let file = std::env::temp_dir().join("backprop-doc-checkpoint");
/// let data = moons(100, 0.1, &mut Rng::seed(0))?;
/// let trainer = |epochs| {
///     Trainer::new(CrossEntropy, Adam::new(0.1))
///         .epochs(epochs)
///         .callback(Checkpoint::new(&file))
///         .progress(Progress::Silent)
/// };
/// let mut model = Linear::new(2, 2, &mut Rng::seed(0));
/// trainer(3).fit(&mut model, &data, None)?;
/// // In another program, which knows nothing but the file:
/// let mut resumed = Linear::new(2, 2, &mut Rng::seed(1));
/// let history = trainer(5).resume(&file).fit(&mut resumed, &data, None)?;
/// assert_eq!(history.epochs.len(), 5);
/// # trainer(5).fit(&mut model, &data, None)?;
/// # std::fs::remove_file(file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    epochs: Option<usize>,
    steps: Option<usize>,
    best: Option<Monitor>,
}

impl Checkpoint {
    /// To this file, after every epoch.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            epochs: Some(1),
            steps: None,
            best: None,
        }
    }

    /// After every `n` epochs (at least 1).
    #[must_use]
    pub fn every_epochs(self, n: usize) -> Self {
        Self {
            epochs: Some(n),
            ..self
        }
    }

    /// After every `n` steps (at least 1), counted from the beginning, and not after epochs.
    #[must_use]
    pub fn every_steps(self, n: usize) -> Self {
        Self {
            epochs: None,
            steps: Some(n),
            ..self
        }
    }

    /// After each epoch whose loss on the validation data (or else the training data) is the smallest so far, and not after others.
    #[must_use]
    pub fn best(self) -> Self {
        Self {
            epochs: None,
            best: Some(Monitor::default()),
            ..self
        }
    }

    /// After each epoch in which this metric is the best so far, and not after others: the smallest or the largest, as
    /// [the metric says](crate::Metric::less_is_better).
    #[must_use]
    pub fn best_of(self, metric: impl Into<String>) -> Self {
        let mut monitor = Monitor::default();
        monitor.look_at(metric.into());
        Self {
            epochs: None,
            best: Some(monitor),
            ..self
        }
    }
}

impl<T: Float> Callback<T> for Checkpoint {
    fn on_fit_begin(&mut self, plan: &Plan, _: &History, _: &mut Training<'_, T>) -> Result<()> {
        if let Some(monitor) = &mut self.best {
            monitor.start(plan)?;
        }
        Ok(())
    }

    fn on_step_end(&mut self, step: &Step<'_>, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        if self.steps.is_some_and(|n| step.total.is_multiple_of(n.max(1))) {
            training.save_checkpoint(&self.path);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        let due = self.epochs.is_some_and(|n| epoch.epoch.is_multiple_of(n.max(1)));
        let best = self
            .best
            .as_mut()
            .map(|monitor| monitor.is_better(epoch))
            .transpose()?;
        if due || best == Some(true) {
            training.save_checkpoint(&self.path);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on_stop(&mut self, training: &mut Training<'_, T>) -> Result<()> {
        if self.best.is_none() {
            training.save_checkpoint(&self.path);
        }
        Ok(())
    }

    fn state(&self) -> Result<Vec<u8>> {
        codec::encode(&self.best.as_ref().and_then(|monitor| monitor.best))
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        let best = codec::decode(state)?;
        if let Some(monitor) = &mut self.best {
            monitor.best = best;
        }
        Ok(())
    }
}
