//! Several axes as one.

use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// All axes but the first, which counts the examples, as one: `[n, a, b, ...]` becomes `[n, a b ...]`.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_layers::{Flatten, Layer};
/// use backprop_tensor::Tensor;
///
/// let images = Tape::inference().input(Tensor::<f32>::zeros([64, 1, 28, 28])?);
/// assert_eq!(Flatten::new().forward(&images).shape(), &[64, 784]);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Module, Cast)]
pub struct Flatten {
    /// The first of the axes to be one; negative ones count from the end.
    pub first: isize,
    /// The last of them.
    pub last: isize,
}

impl Flatten {
    /// All axes but the first as one.
    pub fn new() -> Self {
        Self { first: 1, last: -1 }
    }

    /// The axes from `first` to `last` as one.
    pub fn axes(first: isize, last: isize) -> Self {
        Self { first, last }
    }
}

impl Default for Flatten {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Float> Layer<T> for Flatten {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.flatten(self.first, self.last)
    }
}
