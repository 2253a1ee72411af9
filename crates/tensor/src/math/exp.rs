//! Exponentials.
//!
//! e^x = 2^k e^r with k = round(x / ln 2) and |r| <= ln(2) / 2, where e^r is a polynomial (minimax, by Remez's algorithm). ln 2 is split
//! into a part whose product with k is exact and a rest, so that r loses nothing to cancellation.

use super::Real;
use super::real::{Bits, polynomial};

/// The constants of one type.
pub trait Coefficients: Sized + 'static {
    /// ln 2 as a sum; the first has few enough bits for its products with exponents to be exact.
    const LN_2: (Self, Self);

    /// Beyond these, e^x is infinite or rounds to 0.
    const EXP_RANGE: (Self, Self);

    /// From the first of these on, e^x or e^-x is no normal number; from the second on, nor is any product with another number.
    const EXP_NORMAL: (Self, Self);

    /// Beyond these, 2^x is infinite or rounds to 0.
    const EXP2_RANGE: (Self, Self);

    /// About half of the largest exponent, and 2 to the power of minus that.
    const EXP_SHIFT: (Self, Self);

    /// Below this, e^x - 1 rounds to -1.
    const EXPM1_LEAST: Self;

    /// (e^r - 1 - r) / r^2.
    const EXP: &'static [Self];

    /// (2^r - 1) / r.
    const EXP2: &'static [Self];
}

impl Coefficients for f32 {
    const LN_2: (Self, Self) = (0.693_359_4, -0.000_212_194_44);
    const EXP_RANGE: (Self, Self) = (-104.0, 89.0);
    const EXP_NORMAL: (Self, Self) = (87.0, 193.0);
    const EXP2_RANGE: (Self, Self) = (-151.0, 128.0);
    const EXP_SHIFT: (Self, Self) = (63.0, f32::from_bits((127 - 63) << 23));
    const EXPM1_LEAST: Self = -20.0;
    const EXP: &'static [Self] = &[0.5, 0.166_665_43, 0.041_666_28, 0.008_366_598, 0.001_394_647_3];
    const EXP2: &'static [Self] = &[
        std::f32::consts::LN_2,
        0.240_226_5,
        0.055_503_28,
        0.009_618_004,
        0.001_340_030_3,
        0.000_154_763_58,
    ];
}

impl Coefficients for f64 {
    const LN_2: (Self, Self) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
    const EXP_RANGE: (Self, Self) = (-746.0, 710.0);
    const EXP_NORMAL: (Self, Self) = (708.0, 1455.0);
    const EXP2_RANGE: (Self, Self) = (-1076.0, 1024.0);
    const EXP_SHIFT: (Self, Self) = (511.0, f64::from_bits((1023 - 511) << 52));
    const EXPM1_LEAST: Self = -40.0;
    const EXP: &'static [Self] = &[
        0.500_000_000_000_000_6,
        0.166_666_666_666_666_85,
        0.041_666_666_666_573_8,
        0.008_333_333_333_314_73,
        0.001_388_888_893_236_152,
        0.000_198_412_699_027_460_26,
        2.480_150_443_557_326e-5,
        2.755_722_819_026_849e-6,
        2.762_633_963_389_098e-7,
        2.511_440_422_251_396_3e-8,
    ];
    const EXP2: &'static [Self] = &[
        std::f64::consts::LN_2,
        0.240_226_506_959_100_72,
        0.055_504_108_664_821_7,
        0.009_618_129_107_628_494,
        0.001_333_355_814_639_043_3,
        0.000_154_035_303_933_413_04,
        1.525_273_385_626_393_7e-5,
        1.321_548_683_293_032_6e-6,
        1.017_805_119_103_699_4e-7,
        7.054_888_286_749_381e-9,
        4.456_677_316_058_754_6e-10,
        2.574_177_079_817_485_6e-11,
    ];
}

/// x = k ln 2 + r.
pub(super) struct Reduced<T> {
    /// `ROUND + bias + k`, of which [`Bits`] makes powers of two.
    pub sum: T,
    pub k: T,
    pub r: T,
    /// e^r - 1 - r.
    pub rest: T,
}

#[inline(always)]
pub(super) fn reduce<T: Real>(x: T, bias: T) -> Reduced<T> {
    reduce_multiple(x, 1.0, bias)
}

/// Reduces `multiple * x`, which must be exact.
#[inline(always)]
pub(super) fn reduce_multiple<T: Real>(x: T, multiple: f64, bias: T) -> Reduced<T> {
    let offset = T::ROUND + bias;
    let sum = x * T::of(multiple * std::f64::consts::LOG2_E) + offset;
    let k = sum - offset;
    let r = x * T::of(multiple) - k * T::LN_2.0 - k * T::LN_2.1;
    let rest = r * r * polynomial(r, T::EXP);
    Reduced { sum, k, r, rest }
}

/// e^x for x inside [`Coefficients::EXP_RANGE`].
#[inline(always)]
pub(super) fn exp_in_range<T: Real>(x: T) -> T {
    exp_scaled(x, T::of(0.0))
}

/// 2^shift e^x, for e^x about the range of the type.
#[inline(always)]
pub(super) fn exp_scaled<T: Real>(x: T, shift: T) -> T {
    let Reduced { sum, r, rest, .. } = reduce(x, T::BIAS + T::BIAS + shift);
    // In two steps, as 2^k itself can be too large or too small where the result is neither.
    let (first, second) = T::powers_of_two(sum);
    let one = T::of(1.0);
    let sum = one + r;
    let lost = (one - sum) + r;
    (sum + (lost + rest)) * first * second
}

/// e^x, within 1 ulp, for an x not above 0 or NaN: the fewest steps that there are, for where the sum of them is what matters.
#[inline(always)]
pub(crate) fn exp_nonpositive<T: Real>(x: T) -> T {
    let x = if x < T::EXP_RANGE.0 { T::EXP_RANGE.0 } else { x };
    // 2^k can be too small, but not too large: a power that is neither, and a fixed one back.
    let Reduced { sum, r, rest, .. } = reduce(x, T::BIAS + T::EXP_SHIFT.0);
    (T::of(1.0) + (r + rest)) * T::power_of_two(sum) * T::EXP_SHIFT.1
}

/// e^(multiple x^2) for a multiple of -1/2 or -1 and a result about the range of the type.
#[inline(always)]
pub(super) fn exp_of_square<T: Real>(x: T, multiple: f64) -> T {
    let (sum, power) = reduced_square(x, multiple, T::BIAS + T::BIAS);
    let (first, second) = T::powers_of_two(sum);
    power * first * second
}

/// As [`exp_of_square`], for a result that is a normal number.
#[inline(always)]
pub(super) fn plain_exp_of_square<T: Real>(x: T, multiple: f64) -> T {
    let (sum, power) = reduced_square(x, multiple, T::BIAS);
    power * T::power_of_two(sum)
}

/// `ROUND + bias + k` and e^r, with multiple x^2 = k ln 2 + r.
#[inline(always)]
fn reduced_square<T: Real>(x: T, multiple: f64, bias: T) -> (T, T) {
    // x^2 = high^2 + rest, where the first is exact and the second small.
    let multiple = T::of(multiple);
    let high = x.high();
    let (square, rest) = (multiple * high * high, multiple * ((x - high) * (x + high)));
    let offset = T::ROUND + bias;
    let sum = (square + rest) * T::of(std::f64::consts::LOG2_E) + offset;
    let k = sum - offset;
    let r = square - k * T::LN_2.0 + (rest - k * T::LN_2.1);
    (sum, T::of(1.0) + (r + r * r * polynomial(r, T::EXP)))
}

/// Into the range, where NaN stays NaN.
#[inline(always)]
pub(super) fn limit<T: Bits>(x: T, (least, greatest): (T, T)) -> T {
    let x = if x < least { least } else { x };
    if x > greatest { greatest } else { x }
}

/// e^x, within 1 ulp.
#[inline(always)]
pub fn exp<T: Real>(x: T) -> T {
    exp_in_range(limit(x, T::EXP_RANGE))
}

/// Whether e^x or e^-x leaves the normal numbers, but not so far that no product with another number could come back: from 87 for f32 and 708 for f64
/// on. There, e^x is the square of e^(x/2), and [`product`](super::product) has the room for it.
///
/// ```
/// use backprop_tensor::math;
///
/// assert!(math::exp_is_beyond(100.0_f32) && math::exp_is_beyond(-100.0_f32));
/// assert!(!math::exp_is_beyond(100.0_f64) && !math::exp_is_beyond(1e10_f64));
/// ```
#[inline(always)]
pub fn exp_is_beyond<T: Real>(x: T) -> bool {
    let magnitude = x.abs();
    magnitude > T::EXP_NORMAL.0 && magnitude < T::EXP_NORMAL.1
}

/// Whether e^x is below the normal numbers: x < -87 for f32 and x < -708 for f64. One comparison, for
/// [`kernel!`](crate::kernel!) to ask first.
///
/// ```
/// use backprop_tensor::math;
///
/// assert!(math::exp_is_tiny(-100.0_f32) && !math::exp_is_tiny(-100.0_f64));
/// ```
#[inline(always)]
pub fn exp_is_tiny<T: Real>(x: T) -> bool {
    x < -T::EXP_NORMAL.0
}

/// Whether e^x or e^-x leaves the normal numbers, however far: |x| > 87 for f32 and |x| > 708 for f64.
///
/// ```
/// use backprop_tensor::math;
///
/// assert!(math::exp_is_far(-1e10_f64) && !math::exp_is_far(87.0_f32));
/// ```
#[inline(always)]
pub fn exp_is_far<T: Real>(x: T) -> bool {
    x.abs() > T::EXP_NORMAL.0
}

/// e^x, within 1 ulp, where x is not [far](exp_is_far) from 0, in four fifths of the time of [`exp`]; elsewhere it is anything.
///
/// ```
/// use backprop_tensor::math;
///
/// assert_eq!(math::plain_exp(1.5_f32), math::exp(1.5));
/// ```
#[inline(always)]
pub fn plain_exp<T: Real>(x: T) -> T {
    let Reduced { sum, r, rest, .. } = reduce(x, T::BIAS);
    let one = T::of(1.0);
    let linear = one + r;
    let lost = (one - linear) + r;
    (linear + (lost + rest)) * T::power_of_two(sum)
}

/// A probability and what is left of 1, e^x and 1 - e^x, of its logarithm x, which is not above 0: within 1 and 2.5 ulp, at the price of
/// [`exp`] alone.
///
/// ```
/// use backprop_tensor::math;
///
/// assert_eq!(math::probability(-1e-30_f32), (1.0, 1e-30));
/// ```
#[inline(always)]
pub fn probability<T: Real>(x: T) -> (T, T) {
    let Reduced { sum, k, r, rest } = reduce(limit(x, T::EXP_RANGE), T::BIAS + T::BIAS);
    let (first, second) = T::powers_of_two(sum);
    let one = T::of(1.0);
    let (sum, fraction) = (one + r, r + rest);
    let lost = (one - sum) + r;
    let power = (sum + (lost + rest)) * first * second;
    // Above 1/2, 2^k is 1/2 or 1.
    let half = T::of(0.5);
    let left = if k == -one {
        half - half * fraction
    } else {
        one - power
    };
    (power, if k == T::of(0.0) { -fraction } else { left })
}

/// 2^x, within 1.5 ulp.
#[inline(always)]
pub fn exp2<T: Real>(x: T) -> T {
    let x = limit(x, T::EXP2_RANGE);
    let offset = T::ROUND + T::BIAS + T::BIAS;
    let sum = x + offset;
    let r = x - (sum - offset);
    let (first, second) = T::powers_of_two(sum);
    (T::of(1.0) + r * polynomial(r, T::EXP2)) * first * second
}

/// e^x - 1 without the cancellation near 0, within 2.5 ulp.
#[inline(always)]
pub fn expm1<T: Real>(x: T) -> T {
    let limited = limit(x, (T::EXPM1_LEAST, T::EXP_RANGE.1));
    // Half of 2^k, which is finite for the largest k too.
    let Reduced { sum, k, r, rest } = reduce(limited, T::BIAS - T::of(1.0));
    let fraction = r + rest;
    let half = T::power_of_two(sum);
    let result = (fraction * half + (half - T::of(0.5))) * T::of(2.0);
    // Halving would cost subnormal numbers a bit; and the reduction loses the sign of 0.
    let result = if k == T::of(0.0) { fraction } else { result };
    result.copysign(x)
}

#[cfg(test)]
mod tests {
    use super::{exp, exp_nonpositive};

    /// In ulp of the right value.
    fn error(y: f32, right: f64) -> f64 {
        let size = right.max(f64::from(f32::MIN_POSITIVE));
        (f64::from(y) - right).abs() / 2_f64.powi(size.log2().floor() as i32 - 23)
    }

    #[test]
    fn the_short_way_is_as_right() {
        // Numbers in f32 that are not positive, in steps that miss no exponent.
        for bits in (0x8000_0000..=0xff80_0000_u32).step_by(97) {
            let x = f32::from_bits(bits);
            let (y, right) = (exp_nonpositive(x), f64::from(x).exp());
            assert!(error(y, right) <= 1.0, "{x:e}: {y:e}, right {right:e}");
        }
        // Either is within 1 ulp.
        let numbers = (0..=1_000_000).map(|i| -f64::from(i) * 7.61e-4);
        for x in numbers.chain([0.0, -0.0, -1e-300, -1e300, f64::NEG_INFINITY]) {
            let (y, other) = (exp_nonpositive(x), exp(x));
            assert!(
                y.to_bits().abs_diff(other.to_bits()) <= 2,
                "{x:e}: {y:e}, {other:e}"
            );
        }
        assert_eq!((exp_nonpositive(0.0_f32), exp_nonpositive(0.0_f64)), (1.0, 1.0));
        assert!(exp_nonpositive(f32::NAN).is_nan() && exp_nonpositive(f64::NAN).is_nan());
    }
}
