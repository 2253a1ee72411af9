use crate::ops::unary;

unary! {
    /// The tangent of an angle in radians: `y = tan x`, `dy/dx = 1 + y^2`.
    pub struct Tan;

    /// The tangent, [`Tan`].
    pub fn tan;

    forward math::tan;
    backward |g, y| g * (1.0 + y * y);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(-1.0, 1.0, Var::tan)]
}
