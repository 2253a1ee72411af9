use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The exponential linear unit: `y = x`, `dy/dx = 1` for `x > 0`; else `y = alpha (e^x - 1)`, `dy/dx = alpha e^x`, at 0 too. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// `alpha` must not be negative. (Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units", 2016.)
    pub struct Elu {
        /// Minus the limit toward -∞.
        pub alpha: f64,
    }

    /// The exponential linear unit, [`Elu`]; PyTorch's default alpha is 1.
    pub fn elu;

    require(alpha >= T::ZERO, "elu", "alpha", alpha, "must not be negative");
    forward |x; alpha| if x <= 0.0 { alpha * math::expm1(x) } else { x };
    backward |g, x; alpha| if x <= 0.0 { g * (alpha * math::plain_exp(x)) } else { g };
    where !math::exp_is_tiny(x);
    else if !math::exp_is_beyond(x) {
        g * 0.0
    } else {
        let root = math::exp(0.5 * x);
        math::product([g, alpha, root, root], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(|x| x.elu(1.0)),
        Case::unary_distinct(|x| x.elu(0.3)),
        Case::unary_distinct(|x| x.elu(0.0)),
    ]
}
