//! What a reduction does with its elements.

use crate::{math, simd};

/// A reduction, by the names of its formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    Sum,
    Product,
    Maximum,
    Minimum,
}

/// A reduction whose elements go through a function with one parameter a result first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MappedSum {
    /// Σ (x - p)²
    Squares,
    /// Σ exp(x - p)
    Exponentials,
    /// Σ exp(x - p) of those x that are not p
    OtherExponentials,
}

/// An operation on elements in any order, and what is done to each one before.
pub trait Fold<T: Copy>: Send + Sync + 'static {
    const IDENTITY: T;

    /// Whether its loops are worth compiling for every level of the instruction set. They are long, and there are many.
    const EVERY_LEVEL: bool;

    fn combine(x: T, y: T) -> T;

    #[inline(always)]
    fn map(x: T, _parameter: T) -> T {
        x
    }
}

#[derive(Debug)]
pub struct Sum;
#[derive(Debug)]
pub struct Product;
#[derive(Debug)]
pub struct Maximum;
#[derive(Debug)]
pub struct Minimum;
#[derive(Debug)]
pub struct Squares;
#[derive(Debug)]
pub struct Exponentials;
#[derive(Debug)]
pub struct OtherExponentials;

macro_rules! folds {
    ($($t:ident, $every_level:literal { $($fold:ident, $identity:expr, $combine:expr $(, $map:expr)?;)* })*) => { $($(
        impl Fold<$t> for $fold {
            const IDENTITY: $t = $identity;
            const EVERY_LEVEL: bool = $every_level;

            #[inline(always)]
            fn combine(x: $t, y: $t) -> $t {
                $combine(x, y)
            }

            $(
                #[inline(always)]
                fn map(x: $t, parameter: $t) -> $t {
                    $map(x, parameter)
                }
            )?
        }
    )*)* };
}
macro_rules! floats {
    ($($t:ident)*) => {
        folds! { $($t, true {
            Sum, 0.0, |x, y| x + y;
            Maximum, $t::NEG_INFINITY, math::max;
            Minimum, $t::INFINITY, math::min;
            Squares, 0.0, |x, y| x + y, |x: $t, mean: $t| (x - mean) * (x - mean);
            Exponentials, 0.0, |x, y| x + y, |x, largest| math::exp(x - largest);
            OtherExponentials, 0.0, |x, y| x + y, |x, largest| if x == largest { 0.0 } else { math::exp(x - largest) };
        })* }
        folds! { $($t, false {
            Product, 1.0, |x, y| x * y;
        })* }
    };
}
macro_rules! integers {
    ($($t:ident)*) => {
        folds! { $($t, false {
            Sum, 0, $t::wrapping_add;
            Product, 1, $t::wrapping_mul;
            Maximum, $t::MIN, Ord::max;
            Minimum, $t::MAX, Ord::min;
        })* }
    };
}
floats! { f32 f64 }
integers! { i32 i64 u8 }
folds! { bool, false {
    Maximum, false, |x, y| x | y;
    Minimum, true, |x, y| x & y;
} }

/// Runs a loop of a fold at the level in use, if it was compiled for it.
#[inline]
pub fn run<T: Copy, F: Fold<T>, W: simd::Work>(work: W) -> W::Output {
    if F::EVERY_LEVEL {
        simd::dispatch(work)
    } else {
        work.run()
    }
}
