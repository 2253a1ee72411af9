//! Noise.

use backprop_autodiff::Var;
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// In training, adds to each element normal noise with mean 0 and this standard deviation; otherwise leaves its input alone.
///
/// The noise follows from the seed of the [training tape](backprop_autodiff::Tape::training). A standard deviation that is negative or not finite
/// is an error of the first use. On the inputs, small noise does what a penalty on the slope of the model would.
///
/// Bishop, "Training with noise is equivalent to Tikhonov regularization", 1995.
///
/// ```
/// use backprop_layers::{GaussianNoise, Linear, Relu, sequential};
/// use backprop_tensor::Rng;
///
/// let mut rng = Rng::seed(0);
/// let model = sequential![GaussianNoise::new(0.1), Linear::new(64, 32, &mut rng), Relu, Linear::new(32, 10, &mut rng)];
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct GaussianNoise {
    /// The standard deviation of the noise.
    pub std: f64,
}

impl GaussianNoise {
    /// Noise of this standard deviation.
    pub fn new(std: f64) -> Self {
        Self { std }
    }
}

impl<T: Float> Layer<T> for GaussianNoise {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.gaussian_noise(self.std)
    }
}
