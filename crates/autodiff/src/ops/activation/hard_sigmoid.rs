use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// A piecewise linear [`Sigmoid`](super::Sigmoid): `y = min(max(x + 3, 0), 6) / 6`, `dy/dx = 1/6` for `-3 < x < 3`, else 0, at the kinks too. NaN: [the rule](crate::ops::elementwise#nan).
    pub struct HardSigmoid;

    /// The piecewise linear logistic function, [`HardSigmoid`].
    pub fn hard_sigmoid;

    forward |x| math::clamp(x + 3.0, 0.0, 6.0) / 6.0;
    backward |g, y| if y <= 0.0 || y >= 1.0 { 0.0 } else { g / 6.0 };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(Var::hard_sigmoid),
        Case::unary_distinct(|x| (x * 5.0).hard_sigmoid()),
    ]
}
