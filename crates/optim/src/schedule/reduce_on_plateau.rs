use super::{Schedule, Time, count};
use crate::{Error, Result};

/// Smaller by a factor when the loss has not become smaller for more than some epochs.
///
/// Smaller means below `best - threshold |best|`, so that losses may be negative: a share of the best loss's size in either case. As PyTorch's
/// `ReduceLROnPlateau` for losses above 0; its `best (1 - threshold)` lies above a negative best loss, and so takes an equal or worse one
/// for better. After a best loss of 0, any below it is smaller. A loss of NaN is not smaller than any. PyTorch's `eps`, by which it leaves rates near 1e-8
/// as they are, is 0 here.
///
/// ```
/// use backprop_optim::{ReduceOnPlateau, Schedule, Time};
///
/// let mut schedule = ReduceOnPlateau::new(0.1, 1);
/// for loss in [2.0, 1.0, 1.0, 1.0] {
///     schedule.observe(loss);
/// }
/// assert_eq!(schedule.factor(Time { step: 40, steps: 100, steps_per_epoch: 10 }), 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReduceOnPlateau {
    gamma: f64,
    patience: usize,
    threshold: f64,
    cooldown: usize,
    least: f64,
    best: f64,
    bad: usize,
    cooling: usize,
    factor: f64,
}

impl ReduceOnPlateau {
    /// Times `gamma` after more than `patience` epochs without a smaller loss; threshold 10⁻⁴, no cooldown.
    pub fn new(gamma: f64, patience: usize) -> Self {
        Self {
            gamma,
            patience,
            threshold: 1e-4,
            cooldown: 0,
            least: 0.0,
            best: f64::INFINITY,
            bad: 0,
            cooling: 0,
            factor: 1.0,
        }
    }

    /// The share of the loss by which it must fall.
    #[must_use]
    pub fn threshold(self, threshold: f64) -> Self {
        Self { threshold, ..self }
    }

    /// For how many epochs after a reduction it does not look.
    #[must_use]
    pub fn cooldown(self, cooldown: usize) -> Self {
        Self { cooldown, ..self }
    }

    /// The factor below which it does not go.
    #[must_use]
    pub fn least(self, least: f64) -> Self {
        Self { least, ..self }
    }
}

impl Schedule for ReduceOnPlateau {
    fn factor(&self, _: Time) -> f64 {
        self.factor
    }

    fn observe(&mut self, loss: f64) {
        let share = self.threshold.copysign(self.best);
        // Any finite loss is better than none.
        if loss < self.best && (self.best.is_infinite() || loss < self.best * (1.0 - share)) {
            (self.best, self.bad) = (loss, 0);
        } else {
            self.bad = self.bad.saturating_add(1);
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            self.bad = 0;
        }
        if self.bad > self.patience {
            self.factor = (self.factor * self.gamma).max(self.least);
            (self.cooling, self.bad) = (self.cooldown, 0);
        }
    }

    fn state(&self) -> Vec<f64> {
        vec![self.best, self.bad as f64, self.cooling as f64, self.factor]
    }

    fn load_state(&mut self, state: &[f64]) -> Result<()> {
        let &[best, bad, cooling, factor] = state else {
            return Err(Error::State("ReduceOnPlateau gathers four numbers".into()));
        };
        let counts = count(bad).zip(count(cooling));
        let factor_is_right = factor >= 0.0 && factor.is_finite();
        let Some((bad, cooling)) = counts.filter(|_| factor_is_right && !best.is_nan()) else {
            let expected = "a loss, two numbers of epochs, and a factor of at least 0";
            return Err(Error::State(format!(
                "ReduceOnPlateau gathers {expected}, not {state:?}"
            )));
        };
        (self.best, self.factor) = (best, factor);
        (self.bad, self.cooling) = (bad, cooling);
        Ok(())
    }
}
