use std::ops::ControlFlow;

use backprop_tensor::Float;

use super::{Callback, Step, Training};
use crate::Result;

/// A closure that is called after every step.
#[derive(Debug, Clone, Copy)]
pub struct OnStep<F>(pub F);

impl<T: Float, F: FnMut(&Step<'_>)> Callback<T> for OnStep<F> {
    fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        (self.0)(step);
        Ok(ControlFlow::Continue(()))
    }
}
