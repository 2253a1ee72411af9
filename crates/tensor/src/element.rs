//! The element types: a sealed set, so that every kernel is a concrete function compiled here, once.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Kernel;
use crate::kernel::Compiled;
use crate::{display, kernels, math};

/// What a tensor can hold: `f32`, `f64`, `i32`, `i64`, `u8` or `bool`.
pub trait Element:
    Copy
    + Default
    + PartialEq
    + PartialOrd
    + Debug
    + Display
    + Send
    + Sync
    + Serialize
    + DeserializeOwned
    + 'static
    + kernels::Castable
    + kernels::Elementwise
    + kernels::Compare
    + kernels::Gather
    + kernels::Pick
    + kernels::Select
    + kernels::Triangle
    + display::Show
{
    /// The type's name: `"f32"`.
    const NAME: &'static str;

    /// Whether every pattern of bits is a value; all zeros are one in any case.
    #[doc(hidden)]
    const ANY_BITS: bool;
}

/// Elements to calculate with: `f32`, `f64`, `i32`, `i64` and `u8`. Integers wrap around on overflow.
pub trait Numeric:
    Element
    + kernels::Arithmetic
    + kernels::Cumulative
    + kernels::CumulativeProduct
    + kernels::Cast
    + kernels::Find
    + kernels::FromBool
    + kernels::Random
    + kernels::Reduce
    + kernels::Scatter
    + kernels::Sequence
    + kernels::Sort
{
    /// 0.
    const ZERO: Self;

    /// 1.
    const ONE: Self;

    /// Whether the type is an integer.
    const IS_INTEGER: bool;

    /// The nearest value of this type: rounded toward zero and saturating for integers, where NaN gives 0.
    fn from_f64(value: f64) -> Self;

    /// The value as `f64`, rounded beyond 2^53.
    fn to_f64(self) -> f64;
}

/// Real numbers: `f32` and `f64`.
pub trait Float:
    Numeric
    + math::Real
    + kernels::ReduceFloats
    + kernels::Multiply
    + kernels::Softmax
    + kernels::SoftmaxGradient
    + kernels::CrossEntropy
    + crate::linalg::Decompose
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + Into<f64>
{
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;

    /// Positive infinity.
    const INFINITY: Self;

    /// Not a number.
    const NAN: Self;

    /// The next number toward negative infinity.
    #[doc(hidden)]
    fn next_lower(self) -> Self;

    /// The kernel's function for this type.
    #[doc(hidden)]
    fn function(kernel: &Kernel) -> Compiled<'static, Self>;
}

macro_rules! element {
    ($($t:ty, $any_bits:literal;)*) => {
        $(impl Element for $t {
            const NAME: &'static str = stringify!($t);
            const ANY_BITS: bool = $any_bits;
        })*
    };
}
element! { f32, true; f64, true; i32, true; i64, true; u8, true; bool, false; }

macro_rules! numeric {
    ($($t:ty),*) => {
        $(impl Numeric for $t {
            const ZERO: Self = 0 as $t;
            const ONE: Self = 1 as $t;
            const IS_INTEGER: bool = 0.5 as $t == 0 as $t;

            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $t
            }

            #[inline]
            #[allow(clippy::cast_lossless)]
            fn to_f64(self) -> f64 {
                self as f64
            }
        })*
    };
}
numeric! { f32, f64, i32, i64, u8 }

macro_rules! float {
    ($($t:ident, $compiled:ident;)*) => {
        $(impl Float for $t {
            const EPSILON: Self = $t::EPSILON;
            const INFINITY: Self = $t::INFINITY;
            const NAN: Self = $t::NAN;

            fn next_lower(self) -> Self {
                self.next_down()
            }

            #[inline]
            fn function(kernel: &Kernel) -> Compiled<'static, Self> {
                kernel.$compiled()
            }
        })*
    };
}
float! { f32, for_f32; f64, for_f64; }
