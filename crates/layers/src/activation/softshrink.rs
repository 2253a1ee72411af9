use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// Toward 0 by `lambda`: `x - lambda` for `x > lambda`, `x + lambda` for `x < -lambda`, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Softshrink {
    /// By how much; not negative.
    pub lambda: f64,
}

impl Softshrink {
    /// With this `lambda`.
    pub fn new(lambda: f64) -> Self {
        Self { lambda }
    }
}

impl Default for Softshrink {
    /// `lambda = 0.5`.
    fn default() -> Self {
        Self::new(0.5)
    }
}

impl<T: Float> Layer<T> for Softshrink {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.softshrink(self.lambda)
    }
}
