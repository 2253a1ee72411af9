//! How the learning rate changes in the course of a training: one file a schedule.

mod cosine;
mod exponential;
mod one_cycle;
mod reduce_on_plateau;
mod scheduler;
mod step_decay;
mod warm_up;

pub use cosine::Cosine;
pub use exponential::Exponential;
pub use one_cycle::OneCycle;
pub use reduce_on_plateau::ReduceOnPlateau;
pub use scheduler::Scheduler;
pub use step_decay::StepDecay;
pub use warm_up::WarmUp;

use crate::{Error, Result};

/// What the learning rate is multiplied by, step after step.
///
/// A closure of the share of the training that is done, from 0 up to 1, is a schedule:
///
/// ```
/// use backprop_optim::{Schedule, Time};
///
/// let linear = |done: f64| 1.0 - done;
/// let time = Time { step: 30, steps: 120, steps_per_epoch: 10 };
/// assert_eq!(linear.factor(time), 0.75);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no schedule",
    note = "a closure is one if it takes the share of the training that is done, an `f64` from 0 up to 1, and returns the factor, an `f64`",
    note = "in the trainer's `schedule_fn(|done| ...)` its argument needs no type"
)]
pub trait Schedule {
    /// The factor in the step at this time; it must be finite and at least 0.
    fn factor(&self, time: Time) -> f64;

    /// Told the loss after each epoch, on validation data if there are any.
    fn observe(&mut self, loss: f64) {
        let _ = loss;
    }

    /// What it has gathered from the losses, for a training that is continued later.
    fn state(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Takes over what was gathered.
    ///
    /// # Errors
    /// If this is no state of such a schedule.
    fn load_state(&mut self, state: &[f64]) -> Result<()> {
        match state {
            [] => Ok(()),
            _ => Err(Error::State("this schedule gathers nothing".into())),
        }
    }
}

/// When in a training a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// The number of steps that were taken before.
    pub step: usize,
    /// The number of steps in the whole training.
    pub steps: usize,
    /// The number of steps in an epoch.
    pub steps_per_epoch: usize,
}

impl Time {
    /// The time after `step` steps of a training of so many epochs; after the last step it stays the end.
    pub fn new(step: usize, epochs: usize, steps_per_epoch: usize) -> Self {
        let steps = epochs.saturating_mul(steps_per_epoch);
        Self {
            step: step.min(steps),
            steps,
            steps_per_epoch,
        }
    }

    /// The number of epochs that were completed before.
    pub fn epoch(self) -> usize {
        self.step / self.steps_per_epoch.max(1)
    }

    /// The share of the training that is done, from 0 up to 1.
    pub fn done(self) -> f64 {
        match self.steps {
            // All of nothing is done.
            0 => 1.0,
            steps => self.step as f64 / steps as f64,
        }
    }
}

impl<F: Fn(f64) -> f64> Schedule for F {
    fn factor(&self, time: Time) -> f64 {
        self(time.done())
    }
}

impl Schedule for Box<dyn Schedule> {
    fn factor(&self, time: Time) -> f64 {
        (**self).factor(time)
    }

    fn observe(&mut self, loss: f64) {
        (**self).observe(loss);
    }

    fn state(&self) -> Vec<f64> {
        (**self).state()
    }

    fn load_state(&mut self, state: &[f64]) -> Result<()> {
        (**self).load_state(state)
    }
}

/// A number of steps or epochs, if a number in a state can be one. From 2⁵³ on it is not exact, and as good as for ever.
fn count(number: f64) -> Option<usize> {
    let is_count = number >= 0.0 && number.is_finite() && number.fract() == 0.0;
    is_count.then_some(number as usize)
}

/// From `start` to `end` along half a cosine, for a share from 0 to 1.
fn along_cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (std::f64::consts::PI * share).cos())
}
