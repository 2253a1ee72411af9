//! The normal distribution, to full accuracy in its tails too, and e^(-x^2).
//!
//! With t = |x|, the tail is Φ(-t) = e^(-t^2/2) E(t) / 2, where E(t) falls slowly, like 1 / t: E(t) (t + c) is a polynomial of
//! (t - c) / (t + c) (Chebyshev's interpolation). t^2 is taken as a sum of two numbers, as its rounding error would be multiplied by t^2.

use super::Real;
use super::exp::exp_of_square;
use super::real::polynomial;

/// The constants of one type.
pub trait Coefficients: Sized + 'static {
    /// E(t) (t + c) as a polynomial of (t - c) / (t + c).
    const TAIL: &'static [Self];

    /// c.
    const TAIL_CENTER: Self;

    /// From here on, e^(-t^2/2) rounds to 0.
    const TAIL_END: Self;

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
    const GAUSSIAN_END: Self = 10.25;
}

impl Coefficients for f64 {
    const TAIL: &'static [Self] = &[
        1.554_703_543_786_724_3,
        -1.402_018_059_181_731,
        1.137_937_783_629_577_9,
        -0.827_807_171_551_192_5,
        0.535_948_491_682_738_1,
        -0.305_360_464_128_713_3,
        0.150_343_831_350_185_06,
        -0.061_970_631_016_383_58,
        0.020_059_641_145_541_415,
        -0.004_263_210_445_055_739,
        6.574_090_601_747_524e-05,
        0.000_362_721_186_317_458_35,
        -0.000_129_507_411_401_697_52,
        2.149_184_946_640_175_6e-06,
        1.360_108_631_885_371_4e-05,
        -3.593_165_512_713_851e-06,
        -8.715_522_700_986_499e-07,
        6.096_480_083_827_689e-07,
        2.551_168_671_306_009e-08,
        -7.562_207_948_150_269e-08,
        1.843_853_451_672_176_8e-10,
        5.410_899_327_595_575e-09,
    ];
    const TAIL_CENTER: Self = 6.0;
    const TAIL_END: Self = 39.0;
    const GAUSSIAN_END: Self = 27.5;
}

/// The standard normal distribution Φ(x) = (1 + erf(x / sqrt 2)) / 2 and its density φ(x) = e^(-x^2/2) / sqrt(2 pi), within 4 and 2.5 ulp
/// wherever they are normal numbers, in the tail towards 0 too.
#[inline(always)]
pub fn normal<T: Real>(x: T) -> (T, T) {
    let magnitude = x.abs();
    let t = if magnitude > T::TAIL_END {
        T::TAIL_END
    } else {
        magnitude
    };
    let e = exp_of_square(t, -0.5);
    let r = T::of(1.0) / (t + T::TAIL_CENTER);
    let tail = T::of(0.5) * e * (polynomial((t - T::TAIL_CENTER) * r, T::TAIL) * r);
    let distribution = if x < T::of(0.0) { tail } else { T::of(1.0) - tail };
    (distribution, T::of(0.398_942_280_401_432_7) * e)
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
