//! Tests for neural networks.

#![forbid(unsafe_code)]

mod check;
mod compare;
mod gradients;
mod inputs;
mod law;
mod laws;
mod layouts;
pub mod strategies;
mod tapes;

pub use check::{LayerCheck, check_layer};
pub use inputs::{Inputs, Lengths};
pub use law::{Law, Violation};
