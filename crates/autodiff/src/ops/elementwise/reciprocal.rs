use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The reciprocal: `y = 1 / x`, `dy/dx = -y^2`.
    ///
    /// At 0 the value is ∞, with the sign of the zero, and the derivative -∞.
    pub struct Reciprocal;

    /// The reciprocal, [`Reciprocal`].
    pub fn reciprocal;

    forward |x| 1.0 / x;
    backward |g, y, x| -g * y * y;
    where math::is_normal(y);
    else math::product([-g], [x, x]);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![
        Case::unary_between(0.5, 2.0, Var::reciprocal),
        Case::unary_between(-2.0, -0.5, Var::reciprocal),
    ]
}
