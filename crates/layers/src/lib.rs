//! Layers of neural networks, as plain structs.
//!
//! A [`Layer`] is a module with one input and one output. It owns its parameters; where it computes, what it shall remember and
//! whether it is training is known to the tape of its input. So a model is a struct of layers and its `forward` a formula:
//!
//! ```
//! use backprop_autodiff::{Tape, Var};
//! use backprop_layers::{Dropout, Layer, Linear, Module, Relu, sequential};
//! use backprop_tensor::{Rng, Tensor};
//!
//! let mut rng = Rng::seed(0);
//! let mut model = sequential![
//!     Linear::new(784, 128, &mut rng),
//!     Relu,
//!     Dropout::new(0.2),
//!     Linear::new(128, 10, &mut rng),
//! ];
//!
//! let tape = Tape::training(rng.next_seed());
//! let logits = model.forward(&tape.input(Tensor::zeros([64, 784])?));
//! let gradients = logits.square().mean(..).backward()?;
//! assert_eq!(gradients.len(), model.parameters().len());
//!
//! /// The larger of two linear maps.
//! #[derive(Debug, Clone, PartialEq, Module)]
//! struct Maxout {
//!     left: Linear,
//!     right: Linear,
//! }
//!
//! impl Layer for Maxout {
//!     fn forward(&self, x: &Var) -> Var {
//!         self.left.forward(x).maximum(&self.right.forward(x))
//!     }
//! }
//! # Ok::<(), backprop_autodiff::Error>(())
//! ```
//!
//! # How it is built
//!
//! * **Constructors give layers, not results.** A layer whose parameters could not be made (for want of memory, for instance) keeps the error, and
//!   the first tape that uses it reports it. The generator of random numbers is an argument, so the same seed gives the same model.
//! * **f32 unless something else is said.** `Linear::new` makes a layer of f32, so that nothing needs an annotation; builders make layers of any
//!   element, and [`Cast`] turns a whole model into one of f64.
//! * **One layer, one file.** What a layer computes is an operation of `backprop-autodiff`; a layer adds the parameters,
//!   their initial values, and a name.
//! * **Two kinds of sequences** in one type: [`sequential!`] of layers known to the compiler, and [`Sequential::dynamic`] of
//!   boxes, for models that are read from a configuration.
//! * **Initial values by name** ([`Initializer`]): a plain enum, which can be printed, parsed, compared and stored.
//!
//! This crate knows tensors and tapes. It knows nothing of losses, optimizers or data.

#![forbid(unsafe_code)]

mod activation;
mod batch_norm;
mod dropout;
mod ensemble;
mod flatten;
pub mod gain;
mod gaussian_noise;
mod initializer;
mod layer;
mod linear;
mod sequential;
mod summary;
mod threshold_unit;

pub use activation::{
    Celu, Elu, Gelu, Glu, HardSigmoid, HardSwish, HardTanh, Hardshrink, Heaviside, Identity, LeakyRelu,
    LogSigmoid, LogSoftmax, Mish, Prelu, Relu, Relu6, Selu, Sigmoid, Sign, Silu, Softmax, Softplus,
    Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
};
pub use backprop_autodiff::{Cast, Module};
pub use backprop_derive::{Cast, Module};
pub use batch_norm::{BatchNorm1d, BatchNorm1dBuilder};
pub use dropout::Dropout;
pub use ensemble::Ensemble;
pub use flatten::Flatten;
pub use gaussian_noise::GaussianNoise;
pub use initializer::{Fan, Fans, Initializer, ParseInitializerError};
pub use layer::Layer;
pub use linear::{Linear, LinearBuilder};
pub use sequential::{BoxedLayer, Chain, DynamicLayer, DynamicSequential, Layers, Sequential};
pub use summary::{Row, Summary, summary};
pub use threshold_unit::ThresholdUnit;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
