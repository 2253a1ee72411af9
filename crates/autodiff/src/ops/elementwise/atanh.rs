use crate::ops::unary;

unary! {
    /// The inverse hyperbolic tangent: `y = ln((1 + x) / (1 - x)) / 2`, `dy/dx = 1 / (1 - x^2)`.
    ///
    /// At ±1 the value is ±∞ and the derivative ∞; beyond, the value is NaN.
    pub struct Atanh;

    /// The inverse hyperbolic tangent, [`Atanh`].
    pub fn atanh;

    forward math::atanh;
    backward |g, x| g / ((1.0 - x) * (1.0 + x));
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(-0.8, 0.8, Var::atanh)]
}
