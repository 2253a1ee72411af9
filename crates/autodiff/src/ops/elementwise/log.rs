use crate::ops::unary;

unary! {
    /// The natural logarithm: `y = ln x`, `dy/dx = 1 / x`.
    ///
    /// At 0 the value is -∞ and the derivative ∞; below, the value is NaN.
    pub struct Log;

    /// The natural logarithm, [`Log`].
    pub fn log;

    forward math::log;
    backward |g, x| g / x;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(0.5, 2.0, Var::log)]
}
