use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The sign: -1 for `x < 0`, 1 for `x > 0`, 0 for `x = 0`: on which side of its line a neuron finds a sample.
///
/// Its derivative is 0 wherever it has one, so nothing is learned through it, as for [`Heaviside`](crate::Heaviside).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Sign;

impl<T: Float> Layer<T> for Sign {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.sign()
    }
}
