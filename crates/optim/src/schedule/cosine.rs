use super::{Schedule, Time, along_cosine};

/// Down along half a cosine: `m + (1 - m) (1 + cos(π done)) / 2`, with the least factor `m` (Loshchilov and Hutter 2017).
///
/// As PyTorch's `CosineAnnealingLR` over all steps.
///
/// ```
/// use backprop_optim::{Cosine, Schedule, Time};
///
/// let schedule = Cosine::new();
/// assert_eq!(schedule.factor(Time { step: 0, steps: 100, steps_per_epoch: 10 }), 1.0);
/// assert!((schedule.factor(Time { step: 50, steps: 100, steps_per_epoch: 10 }) - 0.5).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cosine {
    least: f64,
}

impl Cosine {
    /// Down to 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Down to this factor.
    #[must_use]
    pub fn least(self, least: f64) -> Self {
        Self { least }
    }
}

impl Schedule for Cosine {
    fn factor(&self, time: Time) -> f64 {
        along_cosine(1.0, self.least, time.done())
    }
}
