//! The normal distribution, to full accuracy in its tails too, and e^(-x^2).
//!
//! With t = |x|, the tail is Φ(-t) = e^(-t^2/2) E(t) / 2, where E(t) falls slowly, like 1 / t: E(t) (t + c) is a polynomial of
//! (t - c) / (t + c) (Chebyshev's interpolation). t^2 is taken as a sum of two numbers, as its rounding error would be multiplied by t^2.

use super::Real;
use super::exp::{exp_of_square, plain_exp_of_square};
use super::power::product;
use super::real::polynomial;

/// The constants of one type.
pub trait Coefficients: Sized + 'static {
    /// E(t) (t + c) as a polynomial of (t - c) / (t + c).
    const TAIL: &'static [Self];

    /// c.
    const TAIL_CENTER: Self;

    /// From here on, e^(-t^2/2) rounds to 0.
    const TAIL_END: Self;

    /// Up to here, the tail and e^(-t^2/2) are normal numbers.
    const TAIL_NORMAL: Self;

    /// From here on, e^(-t^2) rounds to 0.
    const GAUSSIAN_END: Self;
}

impl Coefficients for f32 {
    const TAIL: &'static [Self] = &[
        1.510_570_3,
        -1.215_793_4,
        0.774_274_77,
        -0.373_042_6,
        0.120_794_59,
        -0.015_090_536,
        -0.006_976_151,
        0.003_292_591_3,
        0.000_338_710_9,
        -0.000_469_243_53,
        -0.000_105_291_3,
    ];
    const TAIL_CENTER: Self = 4.0;
    const TAIL_END: Self = 14.5;
    const TAIL_NORMAL: Self = 12.8;
    const GAUSSIAN_END: Self = 10.25;
}

impl Coefficients for f64 {
    const TAIL: &'static [Self] = &[
        1.510_570_260_831_503,
        -1.215_793_283_943_784_2,
        0.774_274_801_484_429_1,
        -0.373_043_715_919_314_5,
        0.120_793_149_781_873_12,
        -0.015_080_377_933_453_583,
        -0.006_959_384_734_787_19,
        0.003_261_636_915_177_402_2,
        0.000_266_688_624_819_291_47,
        -0.000_462_189_870_338_918,
        -3.816_516_959_546_866_5e-06,
        7.028_937_210_600_693e-05,
        1.433_332_649_044_206_3e-06,
        -1.184_034_664_603_220_5e-05,
        -1.259_393_121_163_164_7e-06,
        2.043_108_074_392_203e-06,
        5.436_090_592_518_567e-07,
        -3.099_298_348_449_49e-07,
        -1.708_168_363_137_025e-07,
        2.656_159_557_462_065_6e-08,
        3.923_922_172_271_112e-08,
        3.836_554_040_746_68e-09,
        -5.044_198_915_756_147e-09,
        -1.452_483_962_081_915_8e-09,
    ];
    const TAIL_CENTER: Self = 4.0;
    const TAIL_END: Self = 39.0;
    const TAIL_NORMAL: Self = 37.5;
    const GAUSSIAN_END: Self = 27.5;
}

/// The standard normal distribution Φ(x) = (1 + erf(x / sqrt 2)) / 2 and its density φ(x) = e^(-x^2/2) / sqrt(2 pi), within 8 and 2.5 ulp
/// wherever they are normal numbers, in the tail toward 0 too.
#[inline(always)]
pub fn normal<T: Real>(x: T) -> (T, T) {
    let magnitude = x.abs();
    let t = if magnitude > T::TAIL_END {
        T::TAIL_END
    } else {
        magnitude
    };
    from_magnitude(x, t, exp_of_square(t, -0.5))
}

/// [`normal`], as accurate, in less time, where the distribution is not [tiny](normal_is_tiny), which it may only be for x < 0; but the density is never less than
/// e^-82 for f32 and e^-703 for f64, even at infinity. Where it is tiny, both are anything.
///
/// ```
/// use backprop_tensor::math;
///
/// assert_eq!(math::plain_normal(1.5_f32), math::normal(1.5));
/// ```
#[inline(always)]
pub fn plain_normal<T: Real>(x: T) -> (T, T) {
    let magnitude = x.abs();
    let t = if magnitude > T::TAIL_NORMAL {
        T::TAIL_NORMAL
    } else {
        magnitude
    };
    from_magnitude(x, t, plain_exp_of_square(t, -0.5))
}

/// The distribution and the density at x, with t for |x| and e for e^(-t^2/2).
#[inline(always)]
fn from_magnitude<T: Real>(x: T, t: T, e: T) -> (T, T) {
    let r = T::of(1.0) / (t + T::TAIL_CENTER);
    let tail = T::of(0.5) * e * (polynomial((t - T::TAIL_CENTER) * r, T::TAIL) * r);
    let distribution = if x < T::of(0.0) { tail } else { T::of(1.0) - tail };
    (distribution, T::of(0.398_942_280_401_432_7) * e)
}

/// Whether the normal distribution or its density at x may be below the normal numbers, for x < 0: x < -12.8 for f32 and x < -37.5 for f64.
///
/// ```
/// use backprop_tensor::math;
///
/// assert!(math::normal_is_tiny(-20.0_f32) && !math::normal_is_tiny(20.0_f32) && !math::normal_is_tiny(-20.0_f64));
/// ```
#[inline(always)]
pub fn normal_is_tiny<T: Real>(x: T) -> bool {
    x < -T::TAIL_NORMAL
}

/// The products of a factor with Φ(x) and with Φ(x) + x φ(x), of an x far below 0, from -12 on for f32 and from -37 on for f64: where distribution and
/// density φ leave the range, though the products need not. It is slow, for the few elements for which [`normal`] is not enough.
///
/// By the asymptotic series Φ(-t) = φ(t) / t (1 - 1 / t^2 + 3 / t^4 - 15 / t^6 + ...).
///
/// ```
/// use backprop_tensor::math;
///
/// let (product, _) = math::normal_tail(1e30_f32, -14.0);
/// assert!((product / 7.793_536_8e-15 - 1.0).abs() < 1e-5);
/// ```
pub fn normal_tail<T: Real>(factor: T, x: T) -> (T, T) {
    let one = T::of(1.0);
    let w = one / (x * x);
    let term = |n: f64, rest: T| one - T::of(n) * w * rest;
    let t = x.abs();
    let share = term(1.0, term(3.0, term(5.0, term(7.0, term(9.0, one))))) / t;
    // The root of e^(-t^2/2).
    let root = gaussian(T::of(0.5) * t);
    let times = |y: T| product([factor, root, root, T::of(0.398_942_280_401_432_7), y], []);
    (times(share), times(share - t))
}

/// e^(-x^2), within 2 ulp wherever it is a normal number.
#[inline(always)]
pub fn gaussian<T: Real>(x: T) -> T {
    let magnitude = x.abs();
    let t = if magnitude > T::GAUSSIAN_END {
        T::GAUSSIAN_END
    } else {
        magnitude
    };
    exp_of_square(t, -1.0)
}
