use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The exponential linear unit: `x` for `x > 0`, else `alpha (e^x - 1)`.
///
/// Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by exponential linear units", 2016.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Elu {
    /// Minus the limit toward -∞; not negative.
    pub alpha: f64,
}

impl Elu {
    /// With this `alpha`.
    pub fn new(alpha: f64) -> Self {
        Self { alpha }
    }
}

impl Default for Elu {
    /// `alpha = 1`.
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl<T: Float> Layer<T> for Elu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.elu(self.alpha)
    }
}
