use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The scaled exponential linear unit: `s x` for `x > 0`, else `s a (e^x - 1)`, with `s = 1.0507...` and `a = 1.6732...`.
///
/// With weights of [`LecunNormal`](crate::Initializer::LecunNormal), outputs keep mean 0 and variance 1 from layer to layer.
/// Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks", 2017.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Selu;

impl<T: Float> Layer<T> for Selu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.selu()
    }
}
