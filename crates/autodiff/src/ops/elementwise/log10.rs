use std::f64::consts::LOG10_E;

use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The logarithm to base 10: `y = log10 x`, `dy/dx = 1 / (x ln 10)`.
    ///
    /// At 0 the value is -∞ and the derivative ∞; below, the value is NaN.
    pub struct Log10;

    /// The logarithm to base 10, [`Log10`].
    pub fn log10;

    with log10_e = LOG10_E;
    forward math::log10;
    backward |g, x; log10_e| math::mul_div(g, log10_e, x);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(0.5, 2.0, Var::log10)]
}
