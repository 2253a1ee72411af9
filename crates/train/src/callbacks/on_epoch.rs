use std::ops::ControlFlow;

use backprop_tensor::Float;

use super::{Callback, Training};
use crate::{Epoch, Result};

/// A closure that is called after every epoch with what it gave and the model.
///
/// ```
/// use backprop_optim::Adam;
/// use backprop_train::{CrossEntropy, Epoch, OnEpoch, Trainer, Training};
///
/// let trainer: Trainer<_, Adam> = Trainer::new(CrossEntropy, Adam::new(1e-3)).callback(OnEpoch(|epoch: &Epoch, training: &mut Training<'_>| {
///     println!("{}: {:.3}, {} parameters", epoch.epoch, epoch.train.loss, training.model.parameter_count());
/// }));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OnEpoch<F>(pub F);

impl<T: Float, F: FnMut(&Epoch, &mut Training<'_, T>)> Callback<T> for OnEpoch<F> {
    fn on_epoch_end(&mut self, epoch: &Epoch, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        (self.0)(epoch, training);
        Ok(ControlFlow::Continue(()))
    }
}
