//! Hyperbolic functions and their inverses, from e^x - 1 and log(1 + x), which lose nothing near 0.
//!
//! tanh, the most used of them, is (1 - e^-2x) / (1 + e^-2x), with e^-2x as 2^k + 2^k (e^r - 1): 1 - 2^k and 1 + 2^k are exact.

use std::f64::consts;

use super::Real;
use super::exp::{Reduced, exp_scaled, limit, reduce, reduce_multiple};
use super::log::{log, log1p};
use super::real::polynomial;

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

    /// (x - tanh x) / x^3 as a polynomial of x^2, for x up to 5/4.
    const TANHSHRINK: &'static [Self];
}

impl Coefficients for f32 {
    const TANH_ONE: Self = 10.0;
    const HYPERBOLIC_RANGE: (Self, Self) = (0.0, 89.5);
    const HYPERBOLIC_LINEAR: Self = 1.0 / 4096.0;
    const HYPERBOLIC_FAR: Self = 8192.0;
    const TANHSHRINK: &'static [Self] = &[
        0.333_333_34,
        -0.133_332_92,
        0.053_961_11,
        -0.021_820_744,
        0.008_692_574,
        -0.003_243_951_1,
        0.001_011_701_6,
        -0.000_218_224_29,
        2.297_424e-05,
    ];
}

impl Coefficients for f64 {
    const TANH_ONE: Self = 20.0;
    const HYPERBOLIC_RANGE: (Self, Self) = (0.0, 710.5);
    const HYPERBOLIC_LINEAR: Self = 1.0 / 134_217_728.0;
    const HYPERBOLIC_FAR: Self = 268_435_456.0;
    const TANHSHRINK: &'static [Self] = &[
        0.333_333_333_333_333_3,
        -0.133_333_333_333_332,
        0.053_968_253_968_150_93,
        -0.021_869_488_532_990_925,
        0.008_863_235_478_373_98,
        -0.003_592_127_522_610_261_6,
        0.001_455_830_965_670_688_6,
        -0.000_590_011_365_948_415_3,
        0.000_239_073_716_417_763_57,
        -9.677_146_810_954_4e-05,
        3.899_088_766_723_373e-05,
        -1.547_106_335_218_367_6e-05,
        5.901_380_843_798_626e-06,
        -2.076_541_827_950_94e-06,
        6.366_621_405_774_5e-07,
        -1.585_330_960_735_959_8e-07,
        2.933_103_426_851_855_4e-08,
        -3.521_557_201_065_603_4e-09,
        2.034_270_962_495_499_4e-10,
    ];
}

/// (e^x - e^-x) / (e^x + e^-x), within 2.5 ulp; the derivative is 1 - tanh^2 x.
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

/// x - [`tanh`] x, within 7 ulp, near 0 too, where the difference would lose all digits; the derivative is tanh^2 x.
#[inline(always)]
pub fn tanhshrink<T: Real>(x: T) -> T {
    let square = x * x;
    let near = x * square * polynomial(square, T::TANHSHRINK);
    if x.abs() < T::of(1.25) { near } else { x - tanh(x) }
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
