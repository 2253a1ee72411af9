use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// A piecewise quadratic [`Silu`](crate::Silu): `x min(max(x + 3, 0), 6) / 6`.
///
/// Howard et al., "Searching for MobileNetV3", 2019.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct HardSwish;

impl<T: Float> Layer<T> for HardSwish {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.hard_swish()
    }
}
