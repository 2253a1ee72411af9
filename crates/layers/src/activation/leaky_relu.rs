use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The rectified linear unit that leaks: `x` for `x > 0`, else `slope x`, which is 0 for the slope 0, at -∞ too.
///
/// Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct LeakyRelu {
    /// What numbers below 0 are multiplied by.
    pub slope: f64,
}

impl LeakyRelu {
    /// Leaks with this slope.
    pub fn new(slope: f64) -> Self {
        Self { slope }
    }
}

impl Default for LeakyRelu {
    /// A slope of 0.01.
    fn default() -> Self {
        Self::new(0.01)
    }
}

impl<T: Float> Layer<T> for LeakyRelu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.leaky_relu(self.slope)
    }
}
