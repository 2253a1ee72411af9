use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The logarithm of [`Softmax`](crate::Softmax): `xᵢ - ln Σⱼ e^xⱼ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Module, Cast)]
pub struct LogSoftmax {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl LogSoftmax {
    /// Along this axis.
    pub fn new(axis: isize) -> Self {
        Self { axis }
    }
}

impl Default for LogSoftmax {
    /// The last axis.
    fn default() -> Self {
        Self::new(-1)
    }
}

impl<T: Float> Layer<T> for LogSoftmax {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.log_softmax(self.axis)
    }
}
