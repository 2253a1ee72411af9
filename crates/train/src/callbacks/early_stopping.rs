use std::collections::BTreeMap;
use std::ops::ControlFlow;

use backprop_tensor::{Float, Tensor};

use super::{Callback, Plan, Training};
use crate::monitor::Monitor;
use crate::{Epoch, History, Result, codec};

/// Ends training when the loss on the validation data has not become smaller for some epochs, and brings the best weights back.
///
/// Without validation data, it looks at the loss on the training data. A metric knows whether more or less is better.
/// (Prechelt, "Early stopping - but when?", 1998.)
///
/// ```
/// use backprop_optim::Adam;
/// use backprop_train::{Accuracy, CrossEntropy, EarlyStopping, Trainer};
///
/// let trainer: Trainer<_, Adam> = Trainer::new(CrossEntropy, Adam::new(1e-3))
///     .metric(Accuracy)
///     .callback(EarlyStopping::new(5).monitor("accuracy").min_delta(0.001));
/// ```
#[derive(Debug, Clone)]
pub struct EarlyStopping<T: Float = f32> {
    patience: usize,
    monitor: Monitor,
    restore: bool,
    waited: usize,
    weights: BTreeMap<String, Tensor<T>>,
}

impl<T: Float> EarlyStopping<T> {
    /// Waits this many epochs for a better one.
    pub fn new(patience: usize) -> Self {
        Self {
            patience,
            monitor: Monitor::default(),
            restore: true,
            waited: 0,
            weights: BTreeMap::new(),
        }
    }

    /// How much better an epoch must be to count as better: finite, and not negative.
    #[must_use]
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.monitor.min_delta = min_delta;
        self
    }

    /// Looks at the metric of this name instead of the loss. Whether more or less of it is better, the metric knows:
    /// [`Metric::less_is_better`](crate::Metric::less_is_better).
    #[must_use]
    pub fn monitor(mut self, metric: impl Into<String>) -> Self {
        self.monitor.look_at(metric.into());
        self
    }

    /// Less of the metric is better, whatever it says of itself.
    #[must_use]
    pub fn less_is_better(mut self) -> Self {
        self.monitor.forced = true;
        self
    }

    /// Whether to bring the best weights back at the end, as it does unless told otherwise.
    #[must_use]
    pub fn restore_best(self, restore: bool) -> Self {
        Self { restore, ..self }
    }
}

impl<T: Float> Callback<T> for EarlyStopping<T> {
    fn is_over(&self) -> bool {
        self.waited >= self.patience
    }

    fn on_fit_begin(&mut self, plan: &Plan, _: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.waited = 0;
        self.monitor.start(plan)?;
        self.weights.clear();
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        if self.monitor.is_better(epoch)? {
            self.waited = 0;
            if self.restore {
                self.weights = training.model.state();
            }
            return Ok(ControlFlow::Continue(()));
        }
        // A checkpoint may say that it has waited for ever.
        self.waited = self.waited.saturating_add(1);
        Ok(match self.waited >= self.patience {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    }

    fn on_fit_end(&mut self, _: &History, training: &mut Training<'_, T>) -> Result<()> {
        // Nothing was better than infinity if every loss was NaN.
        if !self.weights.is_empty() {
            training.model.load_state(&self.weights)?;
        }
        Ok(())
    }

    fn state(&self) -> Result<Vec<u8>> {
        codec::encode(&(self.waited, self.monitor.best, &self.weights))
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        (self.waited, self.monitor.best, self.weights) = codec::decode(state)?;
        Ok(())
    }
}
