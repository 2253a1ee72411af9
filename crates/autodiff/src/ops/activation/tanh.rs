use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The hyperbolic tangent: `y = (e^x - e^-x) / (e^x + e^-x)`, `dy/dx = 1 - y^2 = 4 e^(-2|x|) / (1 + e^(-2|x|))^2`.
    pub struct Tanh;

    /// The hyperbolic tangent, [`Tanh`].
    pub fn tanh;

    forward math::tanh;
    // Of y, 1 - y^2 is lost near ±1.
    backward |g, x| g * (4.0 * math::plain_logistic(2.0 * x).1);
    // Far from 0, it is 4 e^(-2|x|), which may leave the range though its product with g does not.
    where !math::exp_is_far(2.0 * x);
    else if !math::exp_is_beyond(2.0 * x) {
        g * 0.0
    } else {
        let root = math::exp(-math::abs(x));
        math::product([g, root, root, 4.0], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::tanh)]
}
