use crate::ops::unary;

unary! {
    /// `y = x`, `dy/dx = 1` for `x > threshold`; else `y = value`, `dy/dx = 0`, at the threshold too. NaN: [the rule](crate::ops::elementwise#nan).
    pub struct Threshold {
        /// Where `x` begins to pass.
        pub threshold: f64,
        /// What is there instead of it elsewhere.
        pub value: f64,
    }

    /// `x` above a threshold, a fixed value elsewhere, [`Threshold`].
    pub fn threshold;

    forward |x; threshold, value| if x <= threshold { value } else { x };
    backward |g, x; threshold| if x <= threshold { 0.0 } else { g };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(|x| x.threshold(0.2, -7.0))]
}
