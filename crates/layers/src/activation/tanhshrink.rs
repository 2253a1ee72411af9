use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// `x - tanh x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Tanhshrink;

impl<T: Float> Layer<T> for Tanhshrink {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.tanhshrink()
    }
}
