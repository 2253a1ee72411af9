use crate::ops::unary;

unary! {
    /// The reciprocal of the square root: `y = 1 / √x`, `dy/dx = -y^3 / 2`.
    ///
    /// At 0 the value is ∞ and the derivative -∞; below, both are NaN.
    pub struct Rsqrt;

    /// The reciprocal of the square root, [`Rsqrt`].
    pub fn rsqrt;

    forward math::rsqrt;
    backward |g, y| -0.5 * g * y * y * y;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(0.5, 2.0, Var::rsqrt)]
}
