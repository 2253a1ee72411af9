//! n-dimensional arrays for the CPU.
//!
//! A [`Tensor`] is a view (shape, strides, offset) of shared storage. It knows nothing of gradients, layers or data:
//! those are crates above this one.
//!
//! ```
//! use backprop_tensor::Tensor;
//!
//! let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
//! let centered = &x - &Tensor::from([2.0, 3.0]);
//! assert_eq!(centered, Tensor::from([[-1.0, -1.0], [1.0, 1.0]]));
//! ```
//!
//! # How it is built
//!
//! * **Views cost nothing.** [`transpose`](Tensor::transpose), [`slice`](Tensor::slice),
//!   [`broadcast_to`](Tensor::broadcast_to) and, where strides allow, [`reshape`](Tensor::reshape) share the storage;
//!   changing a shared tensor copies it first.
//! * **Errors, not panics.** Named methods return a [`Result`] whose [`Error`] says the operation, the shapes and what would have
//!   been right. Only the operators (`&a + &b`) panic, as indexing a `Vec` does; `try_add` and its like do not.
//! * **Kernels are compiled once, here.** The element types are a sealed set ([`Element`], [`Numeric`], [`Float`]), and each loop is a concrete
//!   function for each of them, compiled for several levels of the instruction set ([`simd`]). The
//!   generic layer above is thin, so a debug build of a program runs at nearly the speed of a release build.
//! * **Memory is pooled** ([`pool`]): what one training step frees, the next one takes.
//! * **The same bits on any number of threads.** Work is divided in pieces whose bounds depend on the data alone.

mod apply_and_sum;
mod arithmetic;
mod assignment;
mod axes;
mod boolean;
mod comparison;
pub mod counters;
mod creation;
mod cross_entropy;
mod cumprod;
mod cumsum;
mod display;
mod element;
mod equality;
mod error;
pub mod formula;
mod indexing;
mod joining;
mod kernel;
mod kernels;
mod layout;
pub mod linalg;
mod linear;
pub mod math;
mod matmul;
mod parallel;
pub mod pool;
mod random;
mod rearranging;
mod reductions;
mod selection;
mod serialization;
mod shape;
mod shared;
pub mod simd;
mod softmax;
mod sorting;
mod storage;
mod tensor;
mod triangles;
mod unary;
mod views;

pub use axes::{Axes, AxisSet, Keep, keep};
pub use cross_entropy::LogProbabilities;
pub use element::{Element, Float, Numeric};
pub use error::{Error, Result};
pub use kernel::{Kernel, KernelFunction, KernelParts};
pub use layout::Layout;
pub use parallel::{are_worth_sharing, for_each_job, set_threads, threads};
pub use random::Rng;
pub use reductions::Moments;
pub use shape::{MAX_RANK, Shape};
pub use tensor::Tensor;

/// What [`kernel!`] and [`formula!`] hand their text to.
#[doc(hidden)]
pub mod __macros {
    pub use backprop_kernel::{formula, kernel};

    use crate::formula::Function;

    /// What a parameter of a kernel may be: anything that is `Into<f64>`.
    #[diagnostic::on_unimplemented(
        message = "a parameter of a kernel is a number that is `Into<f64>`, which `{Self}` is not",
        label = "no number of a kernel",
        note = "of a usize, an i64 or a u64, which an f64 may have to round, write `name: n as f64`"
    )]
    pub trait Number: Into<f64> {}

    #[diagnostic::do_not_recommend]
    impl<N: Into<f64>> Number for N {}

    /// The function of `math` of this name with so many arguments; where there is none, the compiler shows the message.
    ///
    /// # Panics
    /// While a formula is compiled.
    #[allow(clippy::panic)] // It runs in constants.
    pub const fn function(name: &str, part: usize, arguments: usize, unknown: &str, many: &str) -> Function {
        match Function::of_math(name, part) {
            Some(function) if function.takes(arguments) => function,
            Some(_) => panic!("{}", many),
            None => panic!("{}", unknown),
        }
    }

    /// The number of a parameter.
    #[inline]
    pub fn number(number: impl Number) -> f64 {
        number.into()
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
