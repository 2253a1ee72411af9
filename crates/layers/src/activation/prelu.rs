use std::fmt;

use backprop_autodiff::{Param, Var};
use backprop_derive::{Cast, Module};
use backprop_tensor::{Float, Tensor};
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The rectified linear unit whose leak is learned: `x` for `x > 0`, else `w x`, with one `w` for all, or one for each channel, on axis 1.
/// Where `w` is 0, so is `w x`, at -∞ too.
///
/// He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
#[derive(Clone, PartialEq, Serialize, Deserialize, Module, Cast)]
#[serde(bound = "")]
pub struct Prelu<T: Float = f32> {
    /// `w`, of shape `[1]` or `[channels]`.
    pub weight: Param<T>,
}

impl Prelu {
    /// One leak for all channels, of f32, 0.25 at the beginning.
    pub fn new() -> Self {
        Self::with(1, 0.25)
    }
}

impl Default for Prelu {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Float> Prelu<T> {
    /// A leak for each of so many channels (or one for all, if it is 1), which begins with this value.
    pub fn with(channels: usize, value: f64) -> Self {
        Self {
            weight: Param::from_result(Tensor::full([channels], T::from_f64(value))),
        }
    }
}

impl<T: Float> Layer<T> for Prelu<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.prelu(&x.tape().param(&self.weight))
    }
}

impl<T: Float> fmt::Debug for Prelu<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prelu({})", self.weight.value().count())
    }
}
