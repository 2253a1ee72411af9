use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// Small numbers to zero: `y = x`, `dy/dx = 1` for `|x| > lambda`; else both are 0, at the jumps too. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// `lambda` must not be negative.
    pub struct Hardshrink {
        /// What counts as small.
        pub lambda: f64,
    }

    /// Sets small numbers to zero, [`Hardshrink`]; PyTorch's default lambda is 0.5.
    pub fn hardshrink;

    require(lambda >= T::ZERO, "hardshrink", "lambda", lambda, "must not be negative");
    forward |x; lambda| if math::abs(x) <= lambda { 0.0 } else { x };
    backward |g, y| if y == 0.0 { 0.0 } else { g };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(|x| x.hardshrink(0.4)),
        Case::unary_distinct(|x| x.hardshrink(0.0)),
    ]
}
