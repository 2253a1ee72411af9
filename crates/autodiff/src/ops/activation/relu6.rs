use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The rectifier with a bound: `y = min(max(x, 0), 6)`, `dy/dx = 1` for `0 < x < 6`, else 0, at the kinks too. NaN: [the rule](crate::ops::elementwise#nan).
    pub struct Relu6;

    /// The rectifier with a bound, [`Relu6`].
    pub fn relu6;

    with six = 6.0;
    forward |x; six| math::clamp(x, 0.0, six);
    backward |g, y| if y <= 0.0 || y >= 6.0 { 0.0 } else { g };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(Var::relu6),
        Case::unary_distinct(|x| (x * 5.0).relu6()),
    ]
}
