use super::{Schedule, Time};
use crate::Result;

/// Up in a straight line for the first `n` steps, `(step + 1) / (n + 1)`, then along another schedule for the rest (Goyal et al. 2017).
///
/// ```
/// use backprop_optim::{Cosine, Schedule, Time, WarmUp};
///
/// let schedule = WarmUp::new(9, Cosine::new());
/// let time = |step| Time { step, steps: 109, steps_per_epoch: 10 };
/// assert_eq!(schedule.factor(time(0)), 0.1);
/// assert_eq!(schedule.factor(time(9)), 1.0);
/// assert!((schedule.factor(time(59)) - 0.5).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WarmUp<S> {
    steps: usize,
    then: S,
}

impl<S: Schedule> WarmUp<S> {
    /// For `steps` steps, before the schedule `then`; `|_: f64| 1.0` for none.
    pub fn new(steps: usize, then: S) -> Self {
        Self { steps, then }
    }
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn factor(&self, time: Time) -> f64 {
        match time.step.checked_sub(self.steps) {
            None => (time.step as f64 + 1.0) / (self.steps as f64 + 1.0),
            Some(step) => self.then.factor(Time {
                step,
                steps: time.steps.saturating_sub(self.steps),
                ..time
            }),
        }
    }

    fn observe(&mut self, loss: f64) {
        self.then.observe(loss);
    }

    fn state(&self) -> Vec<f64> {
        self.then.state()
    }

    fn load_state(&mut self, state: &[f64]) -> Result<()> {
        self.then.load_state(state)
    }
}
