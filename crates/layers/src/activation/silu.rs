use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The sigmoid linear unit, or swish: `x / (1 + e^-x)`.
///
/// Elfwing, Uchibe, Doya, "Sigmoid-weighted linear units for neural network function approximation in reinforcement
/// learning", 2017.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Silu;

impl<T: Float> Layer<T> for Silu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.silu()
    }
}
