//! Activations as layers, one file each.

mod relu;
mod sigmoid;
mod tanh;

pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use tanh::Tanh;
