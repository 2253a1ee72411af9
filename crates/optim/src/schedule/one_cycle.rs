use super::{Schedule, Time, along_cosine};

/// Up from `1 / d` to 1, then down to `1 / (d f)`, each along half a cosine (Smith and Topin 2018): the optimizer's learning rate is the highest one.
///
/// As PyTorch's `OneCycleLR` for the learning rate; it leaves the momentum as it is.
///
/// ```
/// use backprop_optim::{OneCycle, Schedule, Time};
///
/// let schedule = OneCycle::new();
/// let time = |step| Time { step, steps: 100, steps_per_epoch: 10 };
/// assert!((schedule.factor(time(0)) - 0.04).abs() < 1e-12);
/// assert_eq!(schedule.factor(time(29)), 1.0);
/// assert!(schedule.factor(time(99)) < 1e-5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    rising: f64,
    division: f64,
    last_division: f64,
}

impl Default for OneCycle {
    fn default() -> Self {
        Self {
            rising: 0.3,
            division: 25.0,
            last_division: 1e4,
        }
    }
}

impl OneCycle {
    /// Rising for 0.3 of the steps, from `1 / 25`, and down to `1 / (25 · 10⁴)`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The share of the steps in which it rises, from 0 to 1.
    #[must_use]
    pub fn rising(self, rising: f64) -> Self {
        Self { rising, ..self }
    }

    /// How many times smaller than the highest the first one is, `d`, and the last one than that, `f`.
    #[must_use]
    pub fn divisions(self, division: f64, last_division: f64) -> Self {
        Self {
            division,
            last_division,
            ..self
        }
    }
}

impl Schedule for OneCycle {
    fn factor(&self, time: Time) -> f64 {
        let (step, last) = (time.step as f64, time.steps as f64 - 1.0);
        let top = self.rising * time.steps as f64 - 1.0;
        let first = 1.0 / self.division;
        if step <= top {
            // With a top at the very first step there is nothing to rise.
            let share = if top > 0.0 { step / top } else { 1.0 };
            return along_cosine(first, 1.0, share);
        }
        let share = if last > top {
            (step - top) / (last - top)
        } else {
            1.0
        };
        along_cosine(1.0, first / self.last_division, share.min(1.0))
    }
}
