use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// Small numbers to 0: `x` for `|x| > lambda`, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Hardshrink {
    /// What counts as small; not negative.
    pub lambda: f64,
}

impl Hardshrink {
    /// With this `lambda`.
    pub fn new(lambda: f64) -> Self {
        Self { lambda }
    }
}

impl Default for Hardshrink {
    /// `lambda = 0.5`.
    fn default() -> Self {
        Self::new(0.5)
    }
}

impl<T: Float> Layer<T> for Hardshrink {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.hardshrink(self.lambda)
    }
}
