use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The sine of an angle in radians: `y = sin x`, `dy/dx = cos x`.
    pub struct Sin;

    /// The sine, [`Sin`].
    pub fn sin;

    forward math::sin;
    backward |g, x| g * math::cos(x);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::sin)]
}
