use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The inverse sine: `y = asin x` in `[-π/2, π/2]`, `dy/dx = 1 / √(1 - x^2)`.
    ///
    /// At ±1 the derivative is ∞; beyond, value and derivative are NaN.
    pub struct Asin;

    /// The inverse sine, [`Asin`].
    pub fn asin;

    forward math::asin;
    backward |g, x| g * math::rsqrt((1.0 - x) * (1.0 + x));
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(-0.8, 0.8, Var::asin)]
}
