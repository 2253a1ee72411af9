use super::{Schedule, Time};

/// Smaller by a factor `γ` every `n` epochs: `γ^⌊epoch / n⌋`. As PyTorch's `StepLR`.
///
/// ```
/// use backprop_optim::{Schedule, StepDecay, Time};
///
/// let schedule = StepDecay::new(10, 0.1);
/// assert_eq!(schedule.factor(Time { step: 2500, steps: 10_000, steps_per_epoch: 100 }), 0.1 * 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepDecay {
    epochs: usize,
    gamma: f64,
}

impl StepDecay {
    /// Every `epochs` epochs (at least 1) times `gamma`.
    pub fn new(epochs: usize, gamma: f64) -> Self {
        Self { epochs, gamma }
    }
}

impl Schedule for StepDecay {
    fn factor(&self, time: Time) -> f64 {
        let times = time.epoch() / self.epochs.max(1);
        self.gamma.powi(i32::try_from(times).unwrap_or(i32::MAX))
    }
}
