//! Dropout.

use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// In training, sets each element to 0 with a probability of `p`, and multiplies the others by `1 / (1 - p)`, so that the mean
/// stays; otherwise leaves its input alone.
///
/// What is dropped follows from the seed of the [training tape](backprop_autodiff::Tape::training). A probability outside of `[0, 1]` is an
/// error of the first use.
///
/// Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to prevent neural networks from
/// overfitting", 2014.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Dropout {
    /// The probability of an element to be dropped.
    pub p: f64,
}

impl Dropout {
    /// Dropout with this probability.
    pub fn new(p: f64) -> Self {
        Self { p }
    }
}

impl<T: Float> Layer<T> for Dropout {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.dropout(self.p)
    }
}
