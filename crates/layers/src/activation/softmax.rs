use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// Probabilities along an axis: `e^xᵢ / Σⱼ e^xⱼ`.
///
/// A classifier that is trained with cross entropy does not end with it: the loss takes what comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Module, Cast)]
pub struct Softmax {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl Softmax {
    /// Along this axis.
    pub fn new(axis: isize) -> Self {
        Self { axis }
    }
}

impl Default for Softmax {
    /// The last axis.
    fn default() -> Self {
        Self::new(-1)
    }
}

impl<T: Float> Layer<T> for Softmax {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.softmax(self.axis)
    }
}
