use crate::ops::unary;

unary! {
    /// The step: `y` is 0 for `x < 0`, 1 for `x > 0` and `at_zero` for `x = 0`; `dy/dx = 0` everywhere. NaN stays NaN.
    pub struct Heaviside {
        /// The value at 0: 1 for a neuron that fires when it reaches its threshold.
        pub at_zero: f64,
    }

    /// The step from 0 to 1, [`Heaviside`].
    pub fn heaviside;

    forward |x; at_zero| {
        let right = if x > 0.0 { 1.0 } else { x };
        let left = if x < 0.0 { 0.0 } else { right };
        if x == 0.0 { at_zero } else { left }
    };
    backward |g| 0.0;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(|x| x.heaviside(0.25))]
}
