use std::f64::consts::LN_2;

use crate::ops::unary;

unary! {
    /// The logarithm to base 2: `y = log2 x`, `dy/dx = 1 / (x ln 2)`.
    ///
    /// At 0 the value is -∞ and the derivative ∞; below, the value is NaN.
    pub struct Log2;

    /// The logarithm to base 2, [`Log2`].
    pub fn log2;

    with ln_2 = LN_2;
    forward math::log2;
    backward |g, x; ln_2| {
        // In the order in which neither g / x nor x ln 2 leaves the range before the quotient does.
        let (first, second) = if x < 1.0 { (x, ln_2) } else { (x * ln_2, 1.0) };
        g / first / second
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(0.5, 2.0, Var::log2)]
}
