use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use backprop_tensor::Float;

use super::{Callback, Plan, Step, Training};
use crate::{History, Result};

/// Ends training after the step in which the time is up, validation included. A run that is resumed has the whole time again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimit {
    limit: Duration,
    started: Option<Instant>,
}

impl TimeLimit {
    /// After this time.
    pub fn new(limit: Duration) -> Self {
        Self { limit, started: None }
    }

    fn flow(&self) -> ControlFlow<()> {
        match self.started {
            Some(started) if started.elapsed() >= self.limit => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

impl<T: Float> Callback<T> for TimeLimit {
    fn on_fit_begin(&mut self, _: &Plan, _: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.started = Some(Instant::now());
        Ok(())
    }

    fn on_step_end(&mut self, _: &Step<'_>, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        Ok(self.flow())
    }
}
