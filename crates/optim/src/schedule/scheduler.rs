use backprop_tensor::Float;

use super::{Schedule, Time, count};
use crate::{Error, Optimizer, Result};

/// A schedule in a loop of one's own: before each step, one call sets the optimizer's learning rate.
///
/// The rate of the step `t`, counted from 0, is `η factor(t)`, with the learning rate `η` at which the [`Schedule`]'s factor is 1. Groups with a
/// factor of their own have theirs of it. After the last step it stays what it is at the end. `train`'s `Trainer` does the same.
///
/// ```
/// use backprop_autodiff::{Param, Tape};
/// use backprop_optim::{Cosine, Optimizer, Scheduler, Sgd};
/// use backprop_tensor::Tensor;
///
/// let (epochs, steps_per_epoch) = (5, 20);
/// let mut w = Param::new(Tensor::from([1.0_f32, -2.0]));
/// let mut optimizer = Sgd::new(0.1).momentum(0.9);
/// let mut scheduler = Scheduler::new(Cosine::new(), 0.1, epochs, steps_per_epoch);
/// for _epoch in 0..epochs {
///     for _step in 0..steps_per_epoch {
///         scheduler.step(&mut optimizer);
///         let loss = Tape::training(0).param(&w).square().sum(..);
///         optimizer.step(&mut w, &loss.backward()?)?;
///     }
/// }
/// assert!(optimizer.learning_rate() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A training that is continued later saves its [`state`](Self::state) beside that of model and optimizer. It needs the learning rate `η` again, not
/// the optimizer's, which is that of the last step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scheduler<S> {
    schedule: S,
    learning_rate: f64,
    epochs: usize,
    steps_per_epoch: usize,
    taken: usize,
}

impl<S: Schedule> Scheduler<S> {
    /// Of this schedule and learning rate, over so many epochs with so many steps each: as many as there are batches.
    pub fn new(schedule: S, learning_rate: f64, epochs: usize, steps_per_epoch: usize) -> Self {
        Self {
            schedule,
            learning_rate,
            epochs,
            steps_per_epoch,
            taken: 0,
        }
    }

    /// Sets the learning rate for the next step, and counts it. Call it once before each [`Optimizer::step`].
    ///
    /// A factor or a learning rate out of range is set as it is: the optimizer's step says so.
    pub fn step<T: Float, O: Optimizer<T> + ?Sized>(&mut self, optimizer: &mut O) {
        self.apply(optimizer, self.taken);
        self.taken = self.taken.saturating_add(1);
    }

    /// Sets the learning rate for the step of this number, from 0, where the loop counts them itself.
    pub fn apply<T: Float, O: Optimizer<T> + ?Sized>(&self, optimizer: &mut O, step: usize) {
        optimizer.set_learning_rate(self.learning_rate(step));
    }

    /// The learning rate in the step of this number, from 0.
    pub fn learning_rate(&self, step: usize) -> f64 {
        let time = Time::new(step, self.epochs, self.steps_per_epoch);
        self.learning_rate * self.schedule.factor(time)
    }

    /// Tells a schedule that goes by the loss, such as [`ReduceOnPlateau`](crate::ReduceOnPlateau), that of an epoch, on validation data if there are any.
    pub fn observe(&mut self, loss: f64) {
        self.schedule.observe(loss);
    }

    /// The number of steps, and what the schedule has gathered from the losses.
    pub fn state(&self) -> Vec<f64> {
        let mut state = vec![self.taken as f64];
        state.extend(self.schedule.state());
        state
    }

    /// Takes over a state. Nothing has changed if there is an error.
    ///
    /// # Errors
    /// If this is no state of such a schedule.
    pub fn load_state(&mut self, state: &[f64]) -> Result<()> {
        let Some((taken, gathered)) = state
            .split_first()
            .and_then(|(&taken, gathered)| Some((count(taken)?, gathered)))
        else {
            let expected = "a number of steps, and what the schedule gathers";
            return Err(Error::State(format!(
                "a scheduler has gathered {expected}, not {state:?}"
            )));
        };
        self.schedule.load_state(gathered)?;
        self.taken = taken;
        Ok(())
    }
}
