use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The Gaussian error linear unit: `x Φ(x)`, with the normal distribution `Φ(x) = (1 + erf(x/√2)) / 2`, or its approximation
/// `x (1 + tanh(√(2/π) (x + 0.044715 x^3))) / 2`.
///
/// Hendrycks, Gimpel, "Gaussian error linear units", 2016.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Module, Cast)]
pub struct Gelu {
    /// Whether to approximate by the hyperbolic tangent, as GPT-2 did.
    pub approximate: bool,
}

impl Gelu {
    /// The exact one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Its approximation by the hyperbolic tangent.
    pub fn tanh() -> Self {
        Self { approximate: true }
    }
}

impl<T: Float> Layer<T> for Gelu {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        match self.approximate {
            true => x.gelu_tanh(),
            false => x.gelu(),
        }
    }
}
