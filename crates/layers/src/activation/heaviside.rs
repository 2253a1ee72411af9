use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The step of the first model neurons: 0 for `x < 0`, 1 for `x > 0`, and `at_zero` for `x = 0`, which is 1 by default.
///
/// Its derivative is 0 wherever it has one, so nothing is learned through it: it is for weights that are set, or learned by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Heaviside {
    /// The value at 0.
    pub at_zero: f64,
}

impl Heaviside {
    /// With this value at 0.
    pub fn new(at_zero: f64) -> Self {
        Self { at_zero }
    }
}

impl Default for Heaviside {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl<T: Float> Layer<T> for Heaviside {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.heaviside(self.at_zero)
    }
}
