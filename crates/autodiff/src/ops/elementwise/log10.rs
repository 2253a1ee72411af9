use std::f64::consts::LN_10;

use crate::ops::unary;

unary! {
    /// The logarithm to base 10: `y = log10 x`, `dy/dx = 1 / (x ln 10)`.
    ///
    /// At 0 the value is -∞ and the derivative ∞; below, the value is NaN.
    pub struct Log10;

    /// The logarithm to base 10, [`Log10`].
    pub fn log10;

    with ln_10 = LN_10;
    forward |x| x.log10();
    backward |g, x; ln_10| {
        // In the order in which neither g / x nor x ln 10 leaves the range before the quotient does.
        let (first, second) = if x < 1.0 { (x * ln_10, 1.0) } else { (x, ln_10) };
        g / first / second
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_between(0.5, 2.0, Var::log10)]
}
