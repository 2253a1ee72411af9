//! Hyperbolic functions and their inverses, from e^x - 1 and log(1 + x), which lose nothing near 0.
//!
//! tanh, the most used of them, is (1 - e^-2x) / (1 + e^-2x), with e^-2x as 2^k + 2^k (e^r - 1): 1 - 2^k and 1 + 2^k are exact.

use std::f64::consts;

use super::Real;
use super::exp::{Reduced, exp_scaled, limit, reduce, reduce_multiple};
use super::log::{log, log1p};

/// The constants of one type.
pub trait Coefficients: Sized + 'static {
    /// From here on, tanh rounds to 1.
    const TANH_ONE: Self;

    /// Beyond the second of these, e^x / 2 is infinite.
    const HYPERBOLIC_RANGE: (Self, Self);

    /// Below this, sinh x rounds to x.
    const HYPERBOLIC_LINEAR: Self;

    /// Above this, x^2 + 1 and x^2 - 1 round to x^2.
    const HYPERBOLIC_FAR: Self;
}

impl Coefficients for f32 {
    const TANH_ONE: Self = 10.0;
    const HYPERBOLIC_RANGE: (Self, Self) = (0.0, 89.5);
    const HYPERBOLIC_LINEAR: Self = 1.0 / 4096.0;
    const HYPERBOLIC_FAR: Self = 8192.0;
}

impl Coefficients for f64 {
    const TANH_ONE: Self = 20.0;
    const HYPERBOLIC_RANGE: (Self, Self) = (0.0, 710.5);
    const HYPERBOLIC_LINEAR: Self = 1.0 / 134_217_728.0;
    const HYPERBOLIC_FAR: Self = 268_435_456.0;
}

/// (e^x - e^-x) / (e^x + e^-x), within 2 ulp; the derivative is 1 - tanh^2 x.
#[inline(always)]
pub fn tanh<T: Real>(x: T) -> T {
    let magnitude = x.abs();
    let limited = if magnitude > T::TANH_ONE {
        T::TANH_ONE
    } else {
        magnitude
    };
    let Reduced { sum, r, rest, .. } = reduce_multiple(limited, -2.0, T::BIAS);
    let power = T::power_of_two(sum);
    let change = power * (r + rest);
    let one = T::of(1.0);
    ((one - power) - change).times_sign(x) / ((one + power) + change)
}

/// (e^x - e^-x) / 2, within 2.5 ulp.
#[inline(always)]
pub fn sinh<T: Real>(x: T) -> T {
    let magnitude = x.abs();
    let Reduced { sum, r, rest, .. } = reduce(limit(magnitude, T::HYPERBOLIC_RANGE), T::BIAS - T::of(2.0));
    // A quarter of 2^k is finite wherever sinh is.
    let quarter = T::power_of_two(sum);
    let half = ((r + rest) * quarter + (quarter - T::of(0.25))) * T::of(2.0);
    let result = half + half / (half + half + T::of(1.0));
    let result = if half < T::INFINITE { result } else { half };
    let result = if magnitude < T::HYPERBOLIC_LINEAR {
        magnitude
    } else {
        result
    };
    result.copysign(x)
}

/// (e^x + e^-x) / 2, within 2 ulp.
#[inline(always)]
pub fn cosh<T: Real>(x: T) -> T {
    let half = exp_scaled(limit(x.abs(), T::HYPERBOLIC_RANGE), T::of(-1.0));
    half + T::of(0.25) / half
}

/// The inverse of [`sinh`], log(x + sqrt(x^2 + 1)), within 3 ulp.
#[inline(always)]
pub fn asinh<T: Real>(x: T) -> T {
    let one = T::of(1.0);
    let magnitude = x.abs();
    let square = magnitude * magnitude;
    let near = log1p(magnitude + square / (one + (square + one).sqrt()));
    let far = log(magnitude) + T::of(consts::LN_2);
    (if magnitude > T::HYPERBOLIC_FAR { far } else { near }).copysign(x)
}

/// The inverse of [`cosh`], log(x + sqrt(x^2 - 1)), within 3 ulp; NaN below 1.
#[inline(always)]
pub fn acosh<T: Real>(x: T) -> T {
    let over = x - T::of(1.0);
    let near = log1p(over + (over * (over + T::of(2.0))).sqrt());
    let far = log(x) + T::of(consts::LN_2);
    let result = if x > T::HYPERBOLIC_FAR { far } else { near };
    if over < T::of(0.0) { T::UNDEFINED } else { result }
}

/// The inverse of [`tanh`], log((1 + x) / (1 - x)) / 2, within 3 ulp; NaN outside of [-1, 1].
#[inline(always)]
pub fn atanh<T: Real>(x: T) -> T {
    let magnitude = x.abs();
    let ratio = (magnitude + magnitude) / (T::of(1.0) - magnitude);
    (log1p(ratio) * T::of(0.5)).copysign(x)
}
