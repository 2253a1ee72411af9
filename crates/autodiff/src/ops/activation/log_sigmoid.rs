use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The logarithm of the logistic function: `y = -ln(1 + e^-x)`, `dy/dx = 1 / (1 + e^x)`.
    pub struct LogSigmoid;

    /// The logarithm of the logistic function, [`LogSigmoid`].
    pub fn log_sigmoid;

    forward |x| -math::softplus(-x);
    backward |g, x| g * math::sigmoid(-x);
    // Far above 0, it is e^-x, which may leave the range though its product with g does not.
    where !math::exp_is_tiny(-x);
    or !math::exp_is_tiny(-x) || !math::exp_is_beyond(x);
    else {
        let root = math::exp(-0.5 * x);
        math::product([g, root, root], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::log_sigmoid)]
}
