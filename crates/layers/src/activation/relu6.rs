use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The rectified linear unit with a bound: `min(max(x, 0), 6)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Relu6;

impl<T: Float> Layer<T> for Relu6 {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.relu6()
    }
}
