use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The input itself: to leave a place in a model empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Identity;

impl<T: Float> Layer<T> for Identity {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.clone()
    }
}
