//! Reverse-mode automatic differentiation.
//!
//! Operations on the variables of a [`Tape`] are written to it one after another; [`Var::backward`] walks the list from its
//! end and applies the chain rule. That is all there is: no graph, no recursion, no global state.
//!
//! ```
//! use backprop_autodiff::{Param, Tape};
//! use backprop_tensor::Tensor;
//!
//! let weight = Param::new(Tensor::from([[0.5_f32, -0.5]])); // [outputs, inputs]
//! let tape = Tape::training(7);
//! let x = tape.input(Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
//! let loss = x.linear(&tape.param(&weight), None).tanh().square().mean(..);
//! let gradients = loss.backward()?; // every mistake of the step surfaces here
//! assert_eq!(gradients.get(&weight).unwrap().shape(), &[1, 2]);
//! # Ok::<(), backprop_autodiff::Error>(())
//! ```
//!
//! # How it is built
//!
//! * **The tape, not the layer, knows the mode** ([`Tape::training`], [`Tape::new`], [`Tape::inference`]) and carries the random
//!   stream, so a model has one `forward` with one argument.
//! * **One operation, one file** ([`ops`]): formula, derivative, code and test cases of both. They implement the public
//!   trait [`Op`] and nothing else; yours are as good. An operation's derivative is written twice: on tensors, as fast as may be
//!   ([`Op::backward`]), and in variables, to be differentiated again ([`Op::differentiate`]); the tests compare the two. An operation may have
//!   several values ([`MultiOp`], [`Var::elementwise_multi`]), and what its forward pass knows beside them can be read ([`Tape::apply_reading`]).
//! * **Errors stick.** A wrong shape gives a [`Var`] that has failed; the tape keeps the first error with the operands' shapes and your
//!   file and line, later operations on it do nothing, and [`backward`](Var::backward) or [`value`](Var::value) reports it. So
//!   formulas read like formulas.
//! * **Gradients are moved, not added to zeros**; what the forward pass saved is freed as backward passes it.
//! * **Gradients can be differentiated again**: on a tape of [higher order](Tape::higher_order) [`Var::gradients`] gives variables, for gradient
//!   penalties, Newton's method and differential equations; [`jacobian`], [`hessian`], [`hvp`], [`vjp`] and [`jvp`] are functions on top.
//! * **Memory can be had for time**: [`Tape::checkpoint`] keeps no values of a block, and computes them again in the backward pass, to the same bits.
//! * **Faults can be looked for**: [`Tape::detect_anomaly`] names the operation and the line where the first NaN or infinity arose, [`Var::name`] names
//!   values for messages and drawings, [`Var::backward_with`] shows each parameter's gradient as it becomes final.
//! * **A model is plain data** ([`Module`], [`Param`]): `Clone`, `Send`, `Sync`. A forward pass cannot change it; what it would change (a running
//!   mean) travels with the [`Gradients`] to the optimizer's step.
//!
//! * **A tape can be read back**: its [records](Tape::records) are plain data, and those of a [tracing](Tape::tracing) tape hold each operation with its fields, every constant and
//!   parameter, so that a program of yours can run, write or translate a model from them alone.
//!
//! This crate knows tensors. It knows nothing of layers, optimizers or data.

#![forbid(unsafe_code)]

mod anomaly;
mod apply;
mod backward;
mod cast;
mod checkpoint;
mod differential;
mod error;
mod functional;
mod gradcheck;
mod gradients;
mod graph;
mod higher_order;
mod kept;
mod module;
mod multi;
mod names;
mod node;
mod op;
mod operators;
pub mod ops;
mod param;
mod spare;
mod tape;
mod var;

pub use anomaly::{Anomaly, Cause, NonFinite, Pass};
pub use cast::Cast;
pub use differential::Differential;
pub use error::{Error, Result};
pub use functional::{Point, Tensors, Vars, hessian, hvp, jacobian, jvp, vjp};
pub use gradcheck::{Gradcheck, GradcheckError, gradcheck, gradgradcheck};
pub use gradients::Gradients;
pub use graph::{Detach, Record, Source};
pub use module::{Leaf, LeafMut, Module, Path};
pub use multi::MultiOp;
pub use names::{Operand, Operands};
pub use op::{InputGradients, Op, operands};
pub use param::{Buffer, BufferId, Lineage, Param, ParamId, TapeId};
pub use tape::Tape;
pub use var::Var;

/// What the code that `backprop-derive` writes refers to.
#[doc(hidden)]
pub mod __private {
    pub use backprop_tensor::{Float, Numeric};
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
