use std::collections::BTreeMap;
use std::ops::ControlFlow;

use backprop_autodiff::Module;
use backprop_tensor::{Float, Tensor};

use super::Callback;
use crate::{Epoch, History, Result};

/// Ends training when the loss on the validation data has not become smaller for some epochs, and brings the best weights back.
///
/// Without validation data, it looks at the loss on the training data. (Prechelt, "Early stopping - but when?", 1998.)
#[derive(Debug, Clone)]
pub struct EarlyStopping<T: Float = f32> {
    patience: usize,
    min_delta: f64,
    waited: usize,
    best: f64,
    weights: BTreeMap<String, Tensor<T>>,
}

impl<T: Float> EarlyStopping<T> {
    /// Waits this many epochs for a better one.
    pub fn new(patience: usize) -> Self {
        Self {
            patience,
            min_delta: 0.0,
            waited: 0,
            best: f64::INFINITY,
            weights: BTreeMap::new(),
        }
    }

    /// How much smaller the loss must be to count as better.
    #[must_use]
    pub fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }
}

impl<T: Float> Callback<T> for EarlyStopping<T> {
    fn on_fit_begin(&mut self, _: &super::Plan) -> Result<()> {
        (self.waited, self.best) = (0, f64::INFINITY);
        self.weights.clear();
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, model: &mut dyn Module<T>) -> Result<ControlFlow<()>> {
        let loss = epoch.validation.as_ref().unwrap_or(&epoch.train).loss;
        if loss < self.best - self.min_delta {
            (self.waited, self.best) = (0, loss);
            self.weights = model.state();
            return Ok(ControlFlow::Continue(()));
        }
        self.waited += 1;
        Ok(match self.waited >= self.patience {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    }

    fn on_fit_end(&mut self, _: &History, model: &mut dyn Module<T>) -> Result<()> {
        // Nothing was better than infinity if every loss was NaN.
        if !self.weights.is_empty() {
            model.load_state(&self.weights)?;
        }
        Ok(())
    }
}
