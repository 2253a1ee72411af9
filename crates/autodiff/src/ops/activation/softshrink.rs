use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// Toward zero by `lambda`: `y = x - lambda` for `x > lambda`, `x + lambda` for `x < -lambda`, with `dy/dx = 1`; between them, kinks included, both are 0. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// `lambda` must not be negative.
    pub struct Softshrink {
        /// By how much.
        pub lambda: f64,
    }

    /// Shrinks numbers toward zero, [`Softshrink`]; PyTorch's default lambda is 0.5.
    pub fn softshrink;

    require(lambda >= T::ZERO, "softshrink", "lambda", lambda, "must not be negative");
    forward |x; lambda| {
        let way = if x > 0.0 { lambda } else { -lambda };
        if math::abs(x) <= lambda { 0.0 } else { x - way }
    };
    backward |g, y| if y == 0.0 { 0.0 } else { g };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(|x| x.softshrink(0.4)),
        Case::unary_distinct(|x| x.softshrink(0.0)),
    ]
}
