//! Layers.

#![forbid(unsafe_code)]

mod activation;
mod dropout;
mod flatten;
pub mod gain;
mod initializer;
mod layer;
mod linear;
mod sequential;

pub use activation::{Relu, Sigmoid, Tanh};
pub use backprop_autodiff::{Cast, Module};
pub use backprop_derive::{Cast, Module};
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use initializer::{Fan, Fans, Initializer, ParseInitializerError};
pub use layer::Layer;
pub use linear::{Linear, LinearBuilder};
pub use sequential::{BoxedLayer, Chain, DynamicLayer, DynamicSequential, Layers, Sequential};
