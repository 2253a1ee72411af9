//! What a reduction does with its elements.

use std::marker::PhantomData;

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

    /// Whether [`quick`](Self::quick) is another operation than [`combine`](Self::combine), which loses a NaN.
    const QUICK: bool = false;

    /// As `combine`, of elements that are not NaN.
    #[inline(always)]
    fn quick(x: T, y: T) -> T {
        Self::combine(x, y)
    }

    /// A sum of no elements.
    const NOTHING: T = Self::IDENTITY;

    /// A sum that is NaN if one of the two is.
    #[inline(always)]
    fn sum(x: T, _y: T) -> T {
        x
    }

    #[inline(always)]
    fn is_nan(_x: T) -> bool {
        false
    }
}

/// `F` without its quick operation.
#[derive(Debug)]
pub struct Careful<F>(PhantomData<fn() -> F>);

impl<T: Copy, F: Fold<T>> Fold<T> for Careful<F> {
    const IDENTITY: T = F::IDENTITY;
    const COST: u32 = F::COST;
    const EVERY_LEVEL: bool = F::EVERY_LEVEL;

    #[inline(always)]
    fn combine(x: T, y: T) -> T {
        F::combine(x, y)
    }

    #[inline(always)]
    fn map(x: T, parameter: T) -> T {
        F::map(x, parameter)
    }
}

/// `F` of elements that went through its function already.
#[derive(Debug)]
pub struct Mapped<F>(PhantomData<fn() -> F>);

impl<T: Copy, F: Fold<T>> Fold<T> for Mapped<F> {
    const IDENTITY: T = F::IDENTITY;
    const COST: u32 = F::COST;
    const EVERY_LEVEL: bool = F::EVERY_LEVEL;

    #[inline(always)]
    fn combine(x: T, y: T) -> T {
        F::combine(x, y)
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
/// The quick operation is one instruction; a sum says whether there was a NaN, for another one. (It may also be NaN of infinities.)
macro_rules! extreme {
    ($t:ident, $fold:ident, $identity:expr, $better:tt) => {
        impl Fold<$t> for $fold {
            const IDENTITY: $t = $identity;
            const COST: u32 = 40;
            const EVERY_LEVEL: bool = true;
            const QUICK: bool = true;
            const NOTHING: $t = 0.0;

            #[inline(always)]
            fn combine(x: $t, y: $t) -> $t {
                let better = Self::quick(x, y);
                if y.is_nan() { y } else { better }
            }

            #[inline(always)]
            fn quick(x: $t, y: $t) -> $t {
                if y $better x { y } else { x }
            }

            #[inline(always)]
            fn sum(x: $t, y: $t) -> $t {
                x + y
            }

            #[inline(always)]
            fn is_nan(x: $t) -> bool {
                x.is_nan()
            }
        }
    };
}
macro_rules! floats {
    ($($t:ident)*) => {
        folds! { $($t, true {
            Sum, 30, 0.0, |x, y| x + y;
            Squares, 30, 0.0, |x, y| x + y, |x: $t, mean: $t| (x - mean) * (x - mean);
            Exponentials, 200, 0.0, |x, y| x + y, |x, largest| math::exp(x - largest);
            OtherExponentials, 200, 0.0, |x, y| x + y, |x, largest| if x == largest { 0.0 } else { math::exp(x - largest) };
        })* }
        folds! { $($t, false {
            Product, 60, 1.0, |x, y| x * y;
        })* }
        $(
            extreme! { $t, Maximum, $t::NEG_INFINITY, > }
            extreme! { $t, Minimum, $t::INFINITY, < }
        )*
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
