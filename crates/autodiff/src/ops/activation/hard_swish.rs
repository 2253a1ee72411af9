use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// A piecewise quadratic [`Silu`](super::Silu): `y = x min(max(x + 3, 0), 6) / 6`, `dy/dx = 0` for `x <= -3`, 1 for `x >= 3`, between them `(x + 3/2) / 3`. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// (Howard et al., "Searching for MobileNetV3", 2019.)
    pub struct HardSwish;

    /// The piecewise quadratic swish, [`HardSwish`].
    pub fn hard_swish;

    // Below -3, it is 0, which infinity must not be multiplied with.
    forward |x| math::max(x, -3.0) * (math::clamp(x + 3.0, 0.0, 6.0) / 6.0);
    backward |g, x| if x <= -3.0 {
        0.0
    } else if x < 3.0 {
        g * ((x + 1.5) / 3.0)
    } else {
        g
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(Var::hard_swish),
        Case::unary_distinct(|x| (x * 5.0).hard_swish()),
    ]
}
