//! Functions of one or two pieces: signs, bounds, rounding.
//!
//! Rounding is an instruction everywhere but at the baseline of x86-64, where the C library does it, one element at a time.

use super::Real;

/// |x|.
#[inline(always)]
pub fn abs<T: Real>(x: T) -> T {
    x.abs()
}

/// 1 or -1 with the sign of x; 0 for 0, NaN for NaN.
#[inline(always)]
pub fn sign<T: Real>(x: T) -> T {
    let result = if x < T::of(0.0) { T::of(-1.0) } else { x };
    if x > T::of(0.0) { T::of(1.0) } else { result }
}

/// The larger of both, NaN if one of them is.
#[inline(always)]
pub fn max<T: Real>(x: T, y: T) -> T {
    if x > y || x.is_nan() { x } else { y }
}

/// The smaller of both, NaN if one of them is.
#[inline(always)]
pub fn min<T: Real>(x: T, y: T) -> T {
    if x < y || x.is_nan() { x } else { y }
}

/// x, but no less than `least` and no more than `greatest`, which wins if they contradict each other; NaN stays NaN.
#[inline(always)]
pub fn clamp<T: Real>(x: T, least: T, greatest: T) -> T {
    let x = if x < least { least } else { x };
    if x > greatest { greatest } else { x }
}

/// max(x, 0), NaN for NaN.
#[inline(always)]
pub fn relu<T: Real>(x: T) -> T {
    if x <= T::of(0.0) { T::of(0.0) } else { x }
}

/// The largest integer that is not above x.
#[inline(always)]
pub fn floor<T: Real>(x: T) -> T {
    x.floor()
}

/// The smallest integer that is not below x.
#[inline(always)]
pub fn ceil<T: Real>(x: T) -> T {
    x.ceil()
}

/// The nearest integer, the even one of two.
#[inline(always)]
pub fn round<T: Real>(x: T) -> T {
    x.round_ties_even()
}

/// The integer part: the nearest integer toward 0.
#[inline(always)]
pub fn trunc<T: Real>(x: T) -> T {
    x.trunc()
}
