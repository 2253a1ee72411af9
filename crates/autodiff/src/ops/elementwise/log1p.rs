use crate::ops::unary;

unary! {
    /// The natural logarithm of one more, exact near 0: `y = ln(1 + x)`, `dy/dx = 1 / (1 + x)`.
    ///
    /// At -1 the value is -∞ and the derivative ∞; below, the value is NaN.
    pub struct Log1p;

    /// The natural logarithm of one more, [`Log1p`].
    pub fn log1p;

    forward math::log1p;
    backward |g, x| g / (x + 1.0);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(-0.5, 2.0, Var::log1p)]
}
