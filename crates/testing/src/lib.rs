//! Tests for neural networks.
//!
//! What is asked of a layer is always the same: that its gradients are those of its formula, that the same input gives the same output, that
//! it does not panic on a shape it does not take. So these are [laws](Law), checked here, once, for the layers of `backprop-layers` and
//! for anybody's:
//!
//! ```
//! use backprop_autodiff::Var;
//! use backprop_layers::{Layer, Linear, Module};
//! use backprop_tensor::Rng;
//! use backprop_testing::{check_layer, inputs};
//!
//! #[derive(Module)]
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
//!
//! # fn doctest() {}
//! // In a `#[test]`:
//! let mut rng = Rng::seed(0);
//! let maxout = Maxout { left: Linear::new(4, 3, &mut rng), right: Linear::new(4, 3, &mut rng) };
//! check_layer(maxout, inputs![1..8, 4]);
//! ```
//!
//! Optimizers have laws too, which [`check_optimizer`] checks of a custom one as of those of `backprop-optim`:
//!
//! ```
//! use backprop_optim::Adam;
//! use backprop_testing::check_optimizer;
//!
//! # fn doctest() {}
//! // In a `#[test]`:
//! check_optimizer(|| Adam::<f32>::new(0.01).weight_decay(0.1));
//! ```
//!
//! # How it is built
//!
//! * **Only what is there is asked for.** [`check_layer`] needs a [`Layer`](backprop_layers::Layer) and nothing else. What a layer may do
//!   beside that (be cloned, stored, cast to f64) is added to a [`LayerCheck`] by a method with the bound it takes.
//! * **Gradients are checked in the layer's own precision**, so that a layer of f32 need not be generic. The tolerance follows from the
//!   precision and the size of the sums; [`LayerCheck::casting`] checks them in f64 as well.
//! * **Kinks are not excuses.** Where a function has one, the gradient must lie between the slopes to both sides.
//! * **A breach says which law and where**: the trial, the shape, the parameter, the element, what was expected.
//! * **Every trial can be repeated**: shapes, values and layouts in memory follow from its number.
//!
//! This crate is for tests. It knows nothing of losses or data.

#![forbid(unsafe_code)]

mod check;
mod compare;
mod gradients;
pub mod hostile;
mod inputs;
mod law;
mod laws;
mod layouts;
mod optimizer_check;
mod optimizer_laws;
pub mod processes;
pub mod strategies;
mod tapes;

pub use check::{LayerCheck, check_layer};
pub use inputs::{Inputs, Lengths};
pub use law::{Law, Violation};
pub use optimizer_check::{OptimizerCheck, check_optimizer};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
