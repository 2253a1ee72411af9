use std::ops::ControlFlow;

use backprop_tensor::Float;

use super::{Callback, Step, Training};
use crate::Result;

/// A closure that is called after every step.
///
/// ```
/// use backprop_optim::Adam;
/// use backprop_train::{CrossEntropy, OnStep, Trainer};
///
/// let trainer: Trainer<_, Adam> = Trainer::new(CrossEntropy, Adam::new(1e-3)).callback(OnStep(|step| println!("{}", step.loss)));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OnStep<F: FnMut(&Step<'_>)>(pub F);

impl<T: Float, F: FnMut(&Step<'_>)> Callback<T> for OnStep<F> {
    fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        (self.0)(step);
        Ok(ControlFlow::Continue(()))
    }
}
