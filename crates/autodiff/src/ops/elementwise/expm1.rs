use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The exponential less one, exact near 0: `y = e^x - 1`, `dy/dx = e^x`.
    pub struct Expm1;

    /// The exponential less one, [`Expm1`].
    pub fn expm1;

    forward math::expm1;
    backward |g, x| g * math::plain_exp(x);
    where !math::exp_is_far(x);
    else if !math::exp_is_beyond(x) {
        g * math::exp(x)
    } else {
        let root = math::exp(0.5 * x);
        math::product([g, root, root], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::expm1)]
}
