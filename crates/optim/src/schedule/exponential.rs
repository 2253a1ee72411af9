use super::{Schedule, Time};

/// Smaller by a factor `γ` every epoch: `γ^epoch`. As PyTorch's `ExponentialLR`.
///
/// ```
/// use backprop_optim::{Exponential, Schedule, Time};
///
/// assert_eq!(Exponential::new(0.5).factor(Time { step: 35, steps: 100, steps_per_epoch: 10 }), 0.125);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponential {
    gamma: f64,
}

impl Exponential {
    /// Every epoch times `gamma`.
    pub fn new(gamma: f64) -> Self {
        Self { gamma }
    }
}

impl Schedule for Exponential {
    fn factor(&self, time: Time) -> f64 {
        self.gamma.powi(i32::try_from(time.epoch()).unwrap_or(i32::MAX))
    }
}
