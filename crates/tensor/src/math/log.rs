//! Logarithms.
//!
//! x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2). With s = f / (2 + f), log(1 + f) = log((1 + s) / (1 - s)) = 2s + s R(s^2), where
//! R is a polynomial (minimax, by Remez's algorithm). As 2s = f - s f, that is f - f^2/2 + s (f^2/2 + R), in which f, by far the largest
//! term, is exact.

use std::f64::consts;

use super::Real;
use super::real::polynomial;

/// The constants of one type.
pub trait Coefficients: Sized + 'static {
    /// R(z) / z.
    const LOG: &'static [Self];

    /// log10(2) as a sum, as [`LN_2`](super::exp::Coefficients::LN_2).
    const LOG10_2: (Self, Self);
}

impl Coefficients for f32 {
    const LOG: &'static [Self] = &[0.666_666_6, 0.400_003_37, 0.285_371_7, 0.235_849_9];
    const LOG10_2: (Self, Self) = (0.300_781_25, 0.000_248_745_66);
}

impl Coefficients for f64 {
    const LOG: &'static [Self] = &[
        0.666_666_666_666_673_5,
        0.399_999_999_994_074_76,
        0.285_714_287_441_447,
        0.222_221_983_781_515_92,
        0.181_835_751_813_695_82,
        0.153_137_553_799_939_76,
        0.147_990_696_644_440_15,
    ];
    const LOG10_2: (Self, Self) = (0.301_029_995_662_247_53, 1.733_665_960_375_285_3e-12);
}

/// The sum `exact + rest` is log(1 + f), and k, for a positive x.
struct Parts<T> {
    k: T,
    f: T,
    /// f^2 / 2.
    square: T,
    /// log(1 + f) - f + f^2 / 2.
    rest: T,
}

#[inline(always)]
fn parts<T: Real>(x: T) -> Parts<T> {
    let subnormal = x < T::MIN_NORMAL;
    let (m, k) = (if subnormal { x * T::NORMALIZE.0 } else { x }).split();
    let k = if subnormal { k - T::NORMALIZE.1 } else { k };
    let f = m - T::of(1.0);
    let s = f / (T::of(2.0) + f);
    let z = s * s;
    let square = T::of(0.5) * f * f;
    let rest = s * (square + z * polynomial(z, T::LOG));
    Parts { k, f, square, rest }
}

/// log(x) + correction, for a positive finite x.
#[inline(always)]
fn log_corrected<T: Real>(x: T, correction: T) -> T {
    let Parts { k, f, square, rest } = parts(x);
    let small = k * T::LN_2.1 + correction;
    k * T::LN_2.0 + (f - (square - (rest + small)))
}

/// The value of a logarithm where the formula does not hold: at x <= 0, infinity and NaN.
#[inline(always)]
pub(super) fn special<T: Real>(x: T, result: T) -> T {
    let result = if x < T::INFINITE { result } else { x };
    let result = if x == T::of(0.0) { -T::INFINITE } else { result };
    if x < T::of(0.0) { T::UNDEFINED } else { result }
}

/// The natural logarithm, within 1 ulp; NaN for negative numbers.
#[inline(always)]
pub fn log<T: Real>(x: T) -> T {
    special(x, log_corrected(x, T::of(0.0)))
}

/// log(1 + x) without the cancellation near 0, within 2 ulp; NaN below -1.
#[inline(always)]
pub fn log1p<T: Real>(x: T) -> T {
    let one = T::of(1.0);
    // 1 + x = sum + error, exactly; log(sum + error) = log(sum) + error / sum + ..., where more would not be seen.
    let sum = one + x;
    let back = sum - one;
    let error = (one - (sum - back)) + (x - back);
    let result = special(sum, log_corrected(sum, error / sum));
    if x == T::of(0.0) { x } else { result }
}

/// The logarithm to base 2, within 2 ulp, and exact for powers of 2; NaN for negative numbers.
#[inline(always)]
pub fn log2<T: Real>(x: T) -> T {
    let Parts { k, f, square, rest } = parts(x);
    special(x, k + (f - (square - rest)) * T::of(consts::LOG2_E))
}

/// The logarithm to base 10, within 2 ulp; NaN for negative numbers.
#[inline(always)]
pub fn log10<T: Real>(x: T) -> T {
    let Parts { k, f, square, rest } = parts(x);
    let fraction = (f - (square - rest)) * T::of(consts::LOG10_E);
    special(x, k * T::LOG10_2.0 + (k * T::LOG10_2.1 + fraction))
}
