use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The inverse hyperbolic sine: `y = ln(x + √(x^2 + 1))`, `dy/dx = 1 / √(x^2 + 1)`.
    pub struct Asinh;

    /// The inverse hyperbolic sine, [`Asinh`].
    pub fn asinh;

    forward |x| x.asinh();
    backward |g, x| g * math::rsqrt(x * x + 1.0);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::asinh)]
}
