use backprop_tensor::{kernel, math};

use crate::ops::unary;

unary! {
    /// The logarithm of the logistic function: `y = -ln(1 + e^-x)`, `dy/dx = 1 / (1 + e^x) = 1 - e^y`.
    pub struct LogSigmoid;

    /// The logarithm of the logistic function, [`LogSigmoid`].
    pub fn log_sigmoid;

    forward |x| x.apply(&kernel!(|x| -math::softplus(-x)), &[], &[]);
    backward |g, y| -g * math::expm1(y);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::log_sigmoid)]
}
