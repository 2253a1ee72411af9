use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The rectified linear unit: `max(x, 0)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Relu;

impl<T: Float> Layer<T> for Relu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.relu()
    }
}
