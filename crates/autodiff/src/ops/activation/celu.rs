use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The exponential linear unit that is smooth at 0: `y = x`, `dy/dx = 1` for `x > 0`; else `y = alpha (e^(x/alpha) - 1)`,
    /// `dy/dx = e^(x/alpha)`. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// `alpha` must be positive. Unless it is a power of 2, the rounding of `x/alpha` is a relative error of `|x/alpha| ε/2` in the derivative. (Barron, "Continuously differentiable exponential linear units", 2017.)
    pub struct Celu {
        /// Minus the limit toward -∞.
        pub alpha: f64,
    }

    /// The smooth exponential linear unit, [`Celu`]; PyTorch's default alpha is 1.
    pub fn celu;

    require(alpha > T::ZERO, "celu", "alpha", alpha, "must be positive");
    // Near 0, it is x to the last digit, of which a subnormal quotient would have lost some.
    forward |x; alpha| {
        let z = x / alpha;
        if z <= -1e-30 { alpha * math::expm1(z) } else { x }
    };
    backward |g, x; alpha| if x <= 0.0 { g * math::exp(x / alpha) } else { g };
    where x > 0.0 || !math::exp_is_beyond(x / alpha);
    else {
        let root = math::exp(0.5 * (x / alpha));
        math::product([g, root, root], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(|x| x.celu(1.0)),
        Case::unary_distinct(|x| x.celu(0.3)),
    ]
}
