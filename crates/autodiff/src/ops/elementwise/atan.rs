use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The inverse tangent: `y = atan x` in `[-π/2, π/2]`, `dy/dx = 1 / (1 + x^2)`.
    pub struct Atan;

    /// The inverse tangent, [`Atan`].
    pub fn atan;

    forward math::atan;
    backward |g, x| {
        // Above 1e9, the divisor is x^2, which may be infinite where the quotient is not 0.
        let a = math::abs(x);
        let (first, second) = if a > 1e9 { (a, a) } else { (a * a + 1.0, 1.0) };
        g / first / second
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::atan)]
}
