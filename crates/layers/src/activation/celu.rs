use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The exponential linear unit that is smooth at 0: `x` for `x > 0`, else `alpha (e^(x/alpha) - 1)`.
///
/// Barron, "Continuously differentiable exponential linear units", 2017.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Celu {
    /// Minus the limit toward -∞; positive.
    pub alpha: f64,
}

impl Celu {
    /// With this `alpha`.
    pub fn new(alpha: f64) -> Self {
        Self { alpha }
    }
}

impl Default for Celu {
    /// `alpha = 1`.
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl<T: Float> Layer<T> for Celu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.celu(self.alpha)
    }
}
