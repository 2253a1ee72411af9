use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The absolute value: `y = |x|`, `dy/dx = sign x`, with 0 at the kink and NaN for NaN, by [the rule](crate::ops::elementwise#nan).
    pub struct Abs;

    /// The absolute value, [`Abs`].
    pub fn abs;

    forward math::abs;
    backward |g, x| if x == 0.0 { 0.0 } else { g * math::sign(x) };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::abs)]
}
