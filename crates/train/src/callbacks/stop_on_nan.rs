use std::ops::ControlFlow;

use backprop_tensor::Float;

use super::{Callback, Step, Training};
use crate::Result;

/// Ends training after a step whose loss is no finite number: what follows could only be NaN too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StopOnNan;

impl<T: Float> Callback<T> for StopOnNan {
    fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        Ok(match step.loss.is_finite() {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    }
}
