use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// A piecewise linear [`Tanh`](crate::Tanh): `min(max(x, min), max)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct HardTanh {
    /// The least value.
    pub min: f64,
    /// The greatest value; more than `min`.
    pub max: f64,
}

impl HardTanh {
    /// Between these values.
    pub fn new(min: f64, max: f64) -> Self {
        Self { min, max }
    }
}

impl Default for HardTanh {
    /// From -1 to 1.
    fn default() -> Self {
        Self::new(-1.0, 1.0)
    }
}

impl<T: Float> Layer<T> for HardTanh {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.hard_tanh(self.min, self.max)
    }
}
