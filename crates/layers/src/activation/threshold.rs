use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// `x` for `x > threshold`, else `value`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Threshold {
    /// Where `x` begins to pass.
    pub threshold: f64,
    /// What is there instead of it elsewhere.
    pub value: f64,
}

impl Threshold {
    /// With this threshold, and this value below it.
    pub fn new(threshold: f64, value: f64) -> Self {
        Self { threshold, value }
    }
}

impl<T: Float> Layer<T> for Threshold {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.threshold(self.threshold, self.value)
    }
}
