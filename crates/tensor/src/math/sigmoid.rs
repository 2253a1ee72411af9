//! The logistic function and its integral.

use super::Real;
use super::exp::{Coefficients, exp, exp_in_range};
use super::log::log1p;

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
    let one = T::of(1.0);
    let e = decay(x);
    (if x < T::of(0.0) { e } else { one }) / (one + e)
}

/// The logistic function σ(x) and its derivative σ(x) (1 - σ(x)) = e^-|x| / (1 + e^-|x|)^2, each within 6 ulp wherever it is a normal number.
/// The derivative is taken from x, since 1 - σ(x) loses its digits where σ(x) is near 1. For the function alone, [`sigmoid`] is more accurate.
#[inline(always)]
pub fn logistic<T: Real>(x: T) -> (T, T) {
    let e = exp(-x.abs());
    let r = T::of(1.0) / (T::of(1.0) + e);
    (if x < T::of(0.0) { e * r } else { r }, e * r * r)
}

/// log(1 + e^x), within 2 ulp; the derivative is [`sigmoid`].
#[inline(always)]
pub fn softplus<T: Real>(x: T) -> T {
    let positive = if x > T::of(0.0) { x } else { T::of(0.0) };
    positive + log1p(decay(x))
}
