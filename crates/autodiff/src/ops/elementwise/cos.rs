use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The cosine of an angle in radians: `y = cos x`, `dy/dx = -sin x`.
    pub struct Cos;

    /// The cosine, [`Cos`].
    pub fn cos;

    forward math::cos;
    backward |g, x| -g * math::sin(x);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::cos)]
}
