//! The logistic function and its integral.

use super::Real;
use super::exp::{Coefficients, Reduced, exp_in_range, reduce};
use super::log::log1p;

/// 2^shift e^-|x| and 2^shift, which leaves room for the smallest results without a second factor.
#[inline(always)]
fn scaled_decay<T: Real>(x: T) -> (T, T) {
    let least = <T as Coefficients>::EXP_RANGE.0;
    let negative = -x.abs();
    let one = T::of(1.0);
    let shift = (T::BIAS + one) * T::of(0.5);
    let Reduced { sum, r, rest, .. } = reduce(if negative < least { least } else { negative }, T::BIAS + shift);
    let e = (one + (r + rest)) * T::power_of_two(sum);
    (e, T::power_of_two(T::ROUND + T::BIAS + shift))
}

/// e^-|x|, which neither overflows nor loses small results.
#[inline(always)]
fn decay<T: Real>(x: T) -> T {
    let least = <T as Coefficients>::EXP_RANGE.0;
    let negative = -x.abs();
    exp_in_range(if negative < least { least } else { negative })
}

/// 1 / (1 + e^-x), within 2.5 ulp, in the tail toward 0 too.
#[inline(always)]
pub fn sigmoid<T: Real>(x: T) -> T {
    let (e, one) = scaled_decay(x);
    (if x < T::of(0.0) { e } else { one }) / (one + e)
}

/// The logistic function σ(x) and its derivative σ(x) (1 - σ(x)) = e^-|x| / (1 + e^-|x|)^2, each within 6 ulp wherever it is a normal number.
/// The derivative is taken from x, since 1 - σ(x) loses its digits where σ(x) is near 1. For the function alone, [`sigmoid`] is more accurate.
#[inline(always)]
pub fn logistic<T: Real>(x: T) -> (T, T) {
    let e = decay(x);
    let r = T::of(1.0) / (T::of(1.0) + e);
    (if x < T::of(0.0) { e * r } else { r }, e * r * r)
}

/// log(1 + e^x), within 2 ulp; the derivative is [`sigmoid`].
#[inline(always)]
pub fn softplus<T: Real>(x: T) -> T {
    let positive = if x > T::of(0.0) { x } else { T::of(0.0) };
    positive + log1p(decay(x))
}
