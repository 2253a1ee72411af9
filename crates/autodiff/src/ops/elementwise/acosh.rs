use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The inverse hyperbolic cosine: `y = ln(x + √(x^2 - 1))`, `dy/dx = 1 / √(x^2 - 1)`.
    ///
    /// At 1 the derivative is ∞; below, the value is NaN.
    pub struct Acosh;

    /// The inverse hyperbolic cosine, [`Acosh`].
    pub fn acosh;

    forward math::acosh;
    backward |g, x| {
        // Above 1e9, the root is x, whose square may be infinite.
        g / (if x > 1e9 { x } else { math::sqrt((x - 1.0) * (x + 1.0)) })
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(1.5, 3.0, Var::acosh)]
}
