use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The smooth rectifier: `y = ln(1 + e^(beta x)) / beta`, `dy/dx = 1 / (1 + e^(-beta x))`.
    ///
    /// `beta` must be positive. The value is `x` only where it rounds to it, for `beta x > 40`. Far
    /// below 0, the rounding of `beta` and of `beta x` is a relative error of at most `|beta x| ε`; none for a power of 2.
    pub struct Softplus {
        /// How sharp the bend is.
        pub beta: f64,
    }

    /// The smooth rectifier, [`Softplus`]; PyTorch's default beta is 1.
    pub fn softplus;

    require(beta > T::ZERO, "softplus", "beta", beta, "must be positive");
    forward |x; beta| if beta * x > 40.0 { x } else { math::softplus(beta * x) / beta };
    where !math::exp_is_tiny(beta * x);
    or !math::exp_is_tiny(beta * x) || !math::exp_is_beyond(beta * x);
    else {
        let root = math::exp(0.5 * (beta * x));
        math::product([root, root], [beta])
    };
    backward |g, x; beta| g * math::sigmoid(beta * x);
    // Far below 0, it is e^(beta x), which may leave the range though its product with g does not.
    where !math::exp_is_tiny(beta * x);
    or !math::exp_is_tiny(beta * x) || !math::exp_is_beyond(beta * x);
    else {
        let root = math::exp(0.5 * (beta * x));
        math::product([g, root, root], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary(|x| x.softplus(1.0)), Case::unary(|x| x.softplus(2.5))]
}
