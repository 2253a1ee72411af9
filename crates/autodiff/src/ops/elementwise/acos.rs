use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The inverse cosine: `y = acos x` in `[0, π]`, `dy/dx = -1 / √(1 - x^2)`.
    ///
    /// At ±1 the derivative is -∞; beyond, value and derivative are NaN.
    pub struct Acos;

    /// The inverse cosine, [`Acos`].
    pub fn acos;

    forward math::acos;
    backward |g, x| -g * math::rsqrt((1.0 - x) * (1.0 + x));
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(-0.8, 0.8, Var::acos)]
}
