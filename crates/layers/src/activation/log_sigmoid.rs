use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The logarithm of the logistic function: `-ln(1 + e^-x)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct LogSigmoid;

impl<T: Float> Layer<T> for LogSigmoid {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.log_sigmoid()
    }
}
