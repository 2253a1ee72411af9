use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The logistic function: `y = 1 / (1 + e^-x)`, `dy/dx = y (1 - y) = e^-|x| / (1 + e^-|x|)^2`.
    pub struct Sigmoid;

    /// The logistic function, [`Sigmoid`].
    pub fn sigmoid;

    forward math::sigmoid;
    // Of y, 1 - y is lost near 1.
    backward |g, x| g * math::plain_logistic(x).1;
    // Far from 0, it is e^-|x|, which may leave the range though its product with g does not.
    where !math::exp_is_far(x);
    else if !math::exp_is_beyond(x) {
        g * 0.0
    } else {
        let root = math::exp(-0.5 * math::abs(x));
        math::product([g, root, root], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::sigmoid)]
}
