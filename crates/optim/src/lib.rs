//! Optimizers: how gradients change parameters.
//!
//! An [`Optimizer`] brings a model and the gradients of a loss together. It keeps its own state (momenta) for each model, and saves it under the
//! paths of the parameters, so that it fits the model again after both have been read back.
//!
//! ```
//! use backprop_autodiff::{Param, Tape};
//! use backprop_optim::{Optimizer, Sgd};
//! use backprop_tensor::Tensor;
//!
//! // The minimum of (w - 3)^2, from 0.
//! let mut w = Param::new(Tensor::from(0.0_f32));
//! let mut optimizer = Sgd::new(0.1);
//! for _ in 0..100 {
//!     let tape = Tape::training(0);
//!     let loss = (tape.param(&w) - 3.0).square();
//!     optimizer.step(&mut w, &loss.backward()?)?;
//! }
//! assert!((w.value().item()? - 3.0).abs() < 1e-6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it is built
//!
//! * **An optimizer is the rule for one parameter.** What differs between [`Sgd`] and [`Adam`] is a formula, the tensors that it keeps for a parameter, and a
//!   few settings: an [`UpdateRule`], of about fifty lines. Everything else is the same for all and written once, in [`RuleOptimizer`]: walking the
//!   model, groups, counting steps, saving and loading, freezing, several models, threads, checks. It is public, so a custom rule gets all of it; the documentation
//!   of [`UpdateRule`] has Lion as an example.
//! * **The formula is a kernel**, a [`kernel!`](backprop_tensor::kernel!) that passes once over parameter, state and gradient. The rule makes it, with its numbers,
//!   for each parameter before any of them changes, so a rule that does not fit is an error and no damage, and the pass itself cannot ask anything.
//! * **A rule is data, and has no type of element**: one is right for f32 and f64. Its optimizer is the alias `Adam<T> = RuleOptimizer<AdamRule, T>`, with what all have in
//!   common ([`weight_decay`](RuleOptimizer::weight_decay), [`group`](RuleOptimizer::group)) beside settings of its own.
//! * **One optimizer, one file**, each with the same parts in the same order: the formula and the defaults, the settings, the rule.
//! * **Groups by name.** [`Groups`] gives parameters whose path matches a pattern (`*.bias`, `encoder.*`) a learning rate
//!   or weight decay of their own.
//! * **Nothing becomes subnormal.** Running means below some times the smallest normal number, and squares of gradients that would be, count as 0,
//!   where that cannot be seen beside `ε`: arithmetic with smaller numbers takes a hundred times as long. The squares are of the parameters'
//!   type, so in f32 gradients above 1e19 have an infinite one, as in PyTorch: clip them. With `ε = 0`, a gradient whose square is 0 is no step,
//!   where 0 over 0 would be NaN (and is in PyTorch).
//! * **A step is all or nothing**: a gradient or a buffer's value that does not fit, a rule that fails, or want of memory for a large model, is found before anything
//!   has changed.
//! * **Frozen is frozen**: a parameter that is not trainable stays as it is, although it was frozen after its gradient was computed.
//! * **Threads share a model**, not only a large parameter: many small ones are divided among them by size.
//! * **A schedule is a factor** ([`Schedule`]) of the learning rate that the optimizer has, so one fits every optimizer; a [`Scheduler`] sets
//!   it, in a call before each step.
//! * **Rules without gradients** ([`rules`]): Hebb, Oja, the perceptron and its variants, on a tensor of weights and samples.
//! * **A step writes buffers too**: what a forward pass has left for running means and the like.
//!
//! This crate needs tensors and gradients. It knows nothing of layers, data or training loops.

#![forbid(unsafe_code)]

mod adagrad;
mod adam;
mod adamw;
mod clip;
mod error;
mod groups;
mod index;
mod optimizer;
mod rmsprop;
mod rule;
mod rule_optimizer;
pub mod rules;
mod schedule;
mod settings;
mod sgd;
mod slots;

pub use adagrad::{Adagrad, AdagradRule};
pub use adam::{Adam, AdamRule};
pub use adamw::AdamW;
pub use clip::{clip_norm, clip_value, norm};
pub use error::{Error, Result};
pub use groups::{Group, Groups};
pub use optimizer::{Optimizer, OptimizerState};
pub use rmsprop::{RmsProp, RmsPropRule};
pub use rule::{ParamStep, UpdateRule};
pub use rule_optimizer::RuleOptimizer;
pub use schedule::{
    Cosine, Exponential, OneCycle, ReduceOnPlateau, Schedule, Scheduler, StepDecay, Time, WarmUp,
};
pub use settings::Check;
pub use sgd::{Sgd, SgdRule};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
