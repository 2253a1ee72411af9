use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The exponential: `y = e^x`, `dy/dx = y`.
    pub struct Exp;

    /// The exponential, [`Exp`].
    pub fn exp;

    forward math::exp;
    backward |g, y, x| g * y;
    // The exponential may leave the range though its product with g does not.
    where math::is_normal(y);
    else if math::exp_is_beyond(x) {
        let root = math::exp(0.5 * x);
        math::product([g, root, root], [])
    } else {
        g * y
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::exp)]
}
