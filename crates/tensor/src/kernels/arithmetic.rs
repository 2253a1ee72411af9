//! The formulas of arithmetic, for every numeric type.

use crate::kernel::Compiled;
use crate::{Float, kernel, math};

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

/// An operation on one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    Absolute,
    Negate,
    Sign,
    Square,
    /// Between two parameters, which are given beside it.
    Clamp,
}

pub trait Arithmetic: Sized {
    /// The function that replaces its output by `∘ output`.
    fn unary(operation: Unary) -> Compiled<'static, Self>;

    /// The function that replaces its output by `output ∘ input`.
    fn binary(operation: Binary) -> Compiled<'static, Self>;
}

macro_rules! floats {
    ($($t:ident),*) => {
        $(impl Arithmetic for $t {
            fn unary(operation: Unary) -> Compiled<'static, Self> {
                Self::function(&match operation {
                    Unary::Absolute => kernel!(|x| math::abs(x)),
                    Unary::Negate => kernel!(|x| -x),
                    Unary::Sign => kernel!(|x| math::sign(x)),
                    Unary::Square => kernel!(|x| x * x),
                    Unary::Clamp => kernel!(|x; least: 0.0, greatest: 0.0| math::clamp(x, least, greatest)),
                })
            }

            fn binary(operation: Binary) -> Compiled<'static, Self> {
                Self::function(&match operation {
                    Binary::Add => kernel!(|x, y| x + y),
                    Binary::Subtract => kernel!(|x, y| x - y),
                    Binary::Multiply => kernel!(|x, y| x * y),
                    Binary::Divide => kernel!(|x, y| x / y),
                    Binary::Maximum => kernel!(|x, y| math::max(x, y)),
                    Binary::Minimum => kernel!(|x, y| math::min(x, y)),
                })
            }
        })*
    };
}
floats! { f32, f64 }

macro_rules! integers {
    ($($t:ident, $absolute:expr, $sign:expr;)*) => {
        $(impl Arithmetic for $t {
            fn unary(operation: Unary) -> Compiled<'static, Self> {
                macro_rules! function {
                    ($f:expr) => {
                        Compiled::light(|_, outputs, _| outputs.iter_mut().flat_map(|x| x.iter_mut()).for_each(|x| *x = $f(*x)))
                    };
                }
                match operation {
                    Unary::Absolute => function!($absolute),
                    Unary::Negate => function!($t::wrapping_neg),
                    Unary::Sign => function!($sign),
                    Unary::Square => function!(|x: $t| x.wrapping_mul(x)),
                    Unary::Clamp => Compiled::light(|parameters, outputs, _| {
                        let &[least, greatest] = parameters else { return };
                        for x in outputs.iter_mut().flat_map(|x| x.iter_mut()) {
                            *x = (*x).max(least).min(greatest);
                        }
                    }),
                }
            }

            fn binary(operation: Binary) -> Compiled<'static, Self> {
                macro_rules! function {
                    ($f:expr) => {
                        Compiled::light(|_, outputs, inputs| {
                            let ([x], [y]) = (outputs, inputs) else { return };
                            for (x, &y) in x.iter_mut().zip(*y) {
                                *x = $f(*x, y);
                            }
                        })
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
integers! {
    i32, i32::wrapping_abs, i32::signum;
    i64, i64::wrapping_abs, i64::signum;
    u8, |x: u8| x, |x: u8| x.min(1);
}
