//! The formulas of arithmetic, for every numeric type.

use crate::{KernelFunction, kernel, math};

/// An operation on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,
    Minimum,
}

pub trait Arithmetic: Sized {
    /// The function that replaces its output by `output ∘ input`.
    fn binary(operation: Binary) -> KernelFunction<Self>;
}

macro_rules! floats {
    ($($t:ident),*) => {
        $(impl Arithmetic for $t {
            fn binary(operation: Binary) -> KernelFunction<Self> {
                match operation {
                    Binary::Add => kernel!(|x, y| x + y),
                    Binary::Subtract => kernel!(|x, y| x - y),
                    Binary::Multiply => kernel!(|x, y| x * y),
                    Binary::Divide => kernel!(|x, y| x / y),
                    Binary::Maximum => kernel!(|x, y| math::max(x, y)),
                    Binary::Minimum => kernel!(|x, y| math::min(x, y)),
                }
                .$t
            }
        })*
    };
}
floats! { f32, f64 }

macro_rules! integers {
    ($($t:ident),*) => {
        $(impl Arithmetic for $t {
            fn binary(operation: Binary) -> KernelFunction<Self> {
                macro_rules! function {
                    ($f:expr) => {
                        |_, outputs, inputs| {
                            let ([x], [y]) = (outputs, inputs) else { return };
                            for (x, &y) in x.iter_mut().zip(*y) {
                                *x = $f(*x, y);
                            }
                        }
                    };
                }
                match operation {
                    Binary::Add => function!($t::wrapping_add),
                    Binary::Subtract => function!($t::wrapping_sub),
                    Binary::Multiply => function!($t::wrapping_mul),
                    // The caller has refused zeros.
                    Binary::Divide => function!(|x: $t, y| x.checked_div(y).unwrap_or($t::MIN)),
                    Binary::Maximum => function!(Ord::max),
                    Binary::Minimum => function!(Ord::min),
                }
            }
        })*
    };
}
integers! { i32, i64, u8 }
