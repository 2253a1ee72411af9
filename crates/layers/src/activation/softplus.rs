use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The smooth rectifier: `ln(1 + e^(beta x)) / beta`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Softplus {
    /// How sharp the bend is; positive.
    pub beta: f64,
}

impl Softplus {
    /// With this `beta`.
    pub fn new(beta: f64) -> Self {
        Self { beta }
    }
}

impl Default for Softplus {
    /// `beta = 1`.
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl<T: Float> Layer<T> for Softplus {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.softplus(self.beta)
    }
}
