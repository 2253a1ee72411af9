use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// A piecewise linear [`Tanh`](super::Tanh): `y = min(max(x, min), max)`, `dy/dx = 1` for `min < x < max`, else 0, at the kinks too. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// `min` must be less than `max`.
    pub struct HardTanh {
        /// The least value.
        pub min: f64,
        /// The greatest value.
        pub max: f64,
    }

    /// The piecewise linear hyperbolic tangent, [`HardTanh`]; PyTorch's defaults are -1 and 1.
    pub fn hard_tanh;

    require(min < max, "hard_tanh", "min", min, "must be less than max");
    forward |x; min, max| math::clamp(x, min, max);
    backward |g, y; min, max| if y <= min || y >= max { 0.0 } else { g };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(|x| x.hard_tanh(-1.0, 1.0)),
        Case::unary_distinct(|x| x.hard_tanh(-0.4, 0.2)),
    ]
}
