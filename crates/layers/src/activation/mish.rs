use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// `x tanh(ln(1 + e^x))`.
///
/// Misra, "Mish: a self regularized non-monotonic activation function", 2019.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Mish;

impl<T: Float> Layer<T> for Mish {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.mish()
    }
}
