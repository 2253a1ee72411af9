use std::ops::ControlFlow;

use backprop_tensor::Float;

use super::{Callback, Training};
use crate::{Epoch, Result};

/// A closure that is called after every epoch with what it gave and the model.
///
/// Made by [the function of its name](fn@OnEpoch).
#[derive(Debug, Clone, Copy)]
pub struct OnEpoch<F> {
    f: F,
}

/// Has a closure called after every epoch, with what the epoch gave and the training: model and optimizer.
///
/// The arguments of the closure need no types.
///
/// ```
/// use backprop_optim::Adam;
/// use backprop_train::{CrossEntropy, OnEpoch, Trainer};
///
/// let trainer: Trainer<_, Adam> = Trainer::new(CrossEntropy, Adam::new(1e-3)).callback(OnEpoch(|epoch, training| {
///     println!("{}: {:.3}, {} parameters", epoch.epoch, epoch.train.loss, training.model.parameter_count());
/// }));
/// ```
// A function, because the bound of a struct could not name the type of the model's numbers, and without it no closure's arguments are inferred.
#[allow(non_snake_case)]
pub fn OnEpoch<T: Float, F: FnMut(&Epoch, &mut Training<'_, T>)>(f: F) -> OnEpoch<F> {
    OnEpoch { f }
}

impl<T: Float, F: FnMut(&Epoch, &mut Training<'_, T>)> Callback<T> for OnEpoch<F> {
    fn on_epoch_end(&mut self, epoch: &Epoch, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        (self.f)(epoch, training);
        Ok(ControlFlow::Continue(()))
    }
}
