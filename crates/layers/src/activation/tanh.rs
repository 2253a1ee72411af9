use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The hyperbolic tangent: `(e^x - e^-x) / (e^x + e^-x)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Tanh;

impl<T: Float> Layer<T> for Tanh {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.tanh()
    }
}
