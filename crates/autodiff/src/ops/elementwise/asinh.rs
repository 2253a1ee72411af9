use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The inverse hyperbolic sine: `y = ln(x + √(x^2 + 1))`, `dy/dx = 1 / √(x^2 + 1)`.
    pub struct Asinh;

    /// The inverse hyperbolic sine, [`Asinh`].
    pub fn asinh;

    forward math::asinh;
    backward |g, x| {
        // Above 1e9, the root is |x|, whose square may be infinite.
        let a = math::abs(x);
        g / (if a > 1e9 { a } else { math::sqrt(a * a + 1.0) })
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::asinh)]
}
