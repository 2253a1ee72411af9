use crate::ops::unary;

unary! {
    /// The square root: `y = √x`, `dy/dx = 1 / (2 y)`.
    ///
    /// At 0 the derivative is ∞, so that a gradient of 0 becomes NaN there; below, value and derivative are NaN.
    pub struct Sqrt;

    /// The square root, [`Sqrt`].
    pub fn sqrt;

    forward math::sqrt;
    backward |g, y| g / (2.0 * y);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(0.5, 2.0, Var::sqrt)]
}
