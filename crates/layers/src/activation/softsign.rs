use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// `x / (1 + |x|)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Softsign;

impl<T: Float> Layer<T> for Softsign {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.softsign()
    }
}
