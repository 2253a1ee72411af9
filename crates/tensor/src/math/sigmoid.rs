//! The logistic function and its integral.

use super::Real;
use super::exp::{Coefficients, Reduced, exp_in_range, limit, plain_exp, reduce_multiple};
use super::log::log1p;

/// e^-|x|, which neither overflows nor loses small results.
#[inline(always)]
fn decay<T: Real>(x: T) -> T {
    let least = <T as Coefficients>::EXP_RANGE.0;
    let negative = -x.abs();
    exp_in_range(if negative < least { least } else { negative })
}

/// 1 / (1 + e^-x), within 2.5 ulp, in the tail toward 0 too.
///
/// It is 2^s / (2^s + 2^s e^-x), for an s that leaves room for the largest e^-x that counts, so that neither the sign of x nor
/// small results need a case of their own.
#[inline(always)]
pub fn sigmoid<T: Real>(x: T) -> T {
    // From 60 on, e^-x vanishes beside 1.
    let x = limit(x, (<T as Coefficients>::EXP_RANGE.0, T::of(60.0)));
    let shift = (T::BIAS + T::of(1.0)) * T::of(-0.25);
    let Reduced { sum, r, rest, .. } = reduce_multiple(x, -1.0, T::BIAS + shift);
    let e = (T::of(1.0) + (r + rest)) * T::power_of_two(sum);
    let one = T::power_of_two(T::ROUND + T::BIAS + shift);
    one / (one + e)
}

/// The logistic function σ(x) and its derivative σ(x) (1 - σ(x)) = e^-|x| / (1 + e^-|x|)^2, each within 6 ulp wherever it is a normal number.
/// The derivative is taken from x, since 1 - σ(x) loses its digits where σ(x) is near 1. For the function alone, [`sigmoid`] is more accurate.
#[inline(always)]
pub fn logistic<T: Real>(x: T) -> (T, T) {
    let e = decay(x);
    let r = T::of(1.0) / (T::of(1.0) + e);
    (if x < T::of(0.0) { e * r } else { r }, e * r * r)
}

/// [`logistic`] where x is not [far](super::exp_is_far) from 0, as accurate, in less time; elsewhere it is anything.
///
/// ```
/// use backprop_tensor::math;
///
/// assert_eq!(math::plain_logistic(1.5_f32), math::logistic(1.5));
/// ```
#[inline(always)]
pub fn plain_logistic<T: Real>(x: T) -> (T, T) {
    let e = plain_exp(-x.abs());
    let r = T::of(1.0) / (T::of(1.0) + e);
    (if x < T::of(0.0) { e * r } else { r }, e * r * r)
}

/// log(1 + e^x), within 2 ulp; the derivative is [`sigmoid`].
#[inline(always)]
pub fn softplus<T: Real>(x: T) -> T {
    let positive = if x > T::of(0.0) { x } else { T::of(0.0) };
    positive + log1p(decay(x))
}
