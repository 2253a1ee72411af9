//! Hyperbolic functions and their inverses, from e^x - 1 and log(1 + x), which lose nothing near 0.
//!
//! tanh, the most used of them, is a polynomial (minimax, by Remez's algorithm) below 0.55, and 1 - 2 / (e^2x + 1) above.

use std::f64::consts;

use super::Real;
use super::exp::{Reduced, exp_in_range, exp_scaled, limit, reduce};
use super::log::{log, log1p};
use super::real::polynomial;

/// The constants of one type.
pub trait Coefficients: Sized + 'static {
    /// (tanh(x) / x - 1) / x^2 as a polynomial of x^2, for x up to 0.55.
    const TANH: &'static [Self];

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
    const TANH: &'static [Self] = &[
        -0.333_333_13,
        0.133_324_73,
        -0.053_839_363,
        0.021_014_687,
        -0.006_189_136_8,
    ];
    const TANH_ONE: Self = 10.0;
    const HYPERBOLIC_RANGE: (Self, Self) = (0.0, 89.5);
    const HYPERBOLIC_LINEAR: Self = 1.0 / 4096.0;
    const HYPERBOLIC_FAR: Self = 8192.0;
}

impl Coefficients for f64 {
    const TANH: &'static [Self] = &[
        -0.333_333_333_333_332_8,
        0.133_333_333_333_235_63,
        -0.053_968_253_961_944_46,
        0.021_869_488_332_933_24,
        -0.008_863_231_721_317_677,
        0.003_592_083_027_131_88,
        -0.001_455_484_242_285_730_5,
        0.000_588_201_123_684_889,
        -0.000_232_757_409_120_583_22,
        8.241_577_384_897_554e-5,
        -1.893_548_919_072_158_2e-5,
    ];
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
    let e = exp_in_range(-(limited + limited));
    let far = T::of(1.0) - (e + e) / (T::of(1.0) + e);
    let z = limited * limited;
    let near = limited + limited * z * polynomial(z, T::TANH);
    (if magnitude < T::of(0.55) { near } else { far }).copysign(x)
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
