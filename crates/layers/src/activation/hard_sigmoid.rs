use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// A piecewise linear [`Sigmoid`](crate::Sigmoid): `min(max(x + 3, 0), 6) / 6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct HardSigmoid;

impl<T: Float> Layer<T> for HardSigmoid {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.hard_sigmoid()
    }
}
