use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The gated linear unit: `a / (1 + e^-b)`, with `a` and `b` the halves of the input along an axis, whose length is even.
///
/// Dauphin, Fan, Auli, Grangier, "Language modeling with gated convolutional networks", 2017.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Module, Cast)]
pub struct Glu {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl Glu {
    /// Along this axis.
    pub fn new(axis: isize) -> Self {
        Self { axis }
    }
}

impl Default for Glu {
    /// The last axis.
    fn default() -> Self {
        Self::new(-1)
    }
}

impl<T: Float> Layer<T> for Glu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.glu(self.axis)
    }
}
