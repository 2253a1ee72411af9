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

    /// Picoseconds an element of f32, from the second-level cache.
    const COST: u32;

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
    ($($t:ident, $every_level:literal { $($fold:ident, $cost:literal, $identity:expr, $combine:expr $(, $map:expr)?;)* })*) => { $($(
        impl Fold<$t> for $fold {
            const IDENTITY: $t = $identity;
            const COST: u32 = $cost;
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
            Sum, 30, 0.0, |x, y| x + y;
            Maximum, 50, $t::NEG_INFINITY, |x: $t, y: $t| {
                let larger = if y > x { y } else { x };
                if y.is_nan() { y } else { larger }
            };
            Minimum, 50, $t::INFINITY, |x: $t, y: $t| {
                let smaller = if y < x { y } else { x };
                if y.is_nan() { y } else { smaller }
            };
            Squares, 30, 0.0, |x, y| x + y, |x: $t, mean: $t| (x - mean) * (x - mean);
            Exponentials, 200, 0.0, |x, y| x + y, |x, largest| math::exp(x - largest);
            OtherExponentials, 200, 0.0, |x, y| x + y, |x, largest| if x == largest { 0.0 } else { math::exp(x - largest) };
        })* }
        folds! { $($t, false {
            Product, 60, 1.0, |x, y| x * y;
        })* }
    };
}
macro_rules! integers {
    ($($t:ident)*) => {
        folds! { $($t, false {
            Sum, 30, 0, $t::wrapping_add;
            Product, 60, 1, $t::wrapping_mul;
            Maximum, 50, $t::MIN, Ord::max;
            Minimum, 50, $t::MAX, Ord::min;
        })* }
    };
}
floats! { f32 f64 }
integers! { i32 i64 u8 }
folds! { bool, false {
    Maximum, 50, false, |x, y| x | y;
    Minimum, 50, true, |x, y| x & y;
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
