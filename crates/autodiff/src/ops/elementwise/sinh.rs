use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The hyperbolic sine: `y = (e^x - e^-x) / 2`, `dy/dx = cosh x`.
    pub struct Sinh;

    /// The hyperbolic sine, [`Sinh`].
    pub fn sinh;

    forward math::sinh;
    backward |g, x| g * math::cosh(x);
    where !math::exp_is_far(x);
    or !math::exp_is_beyond(x);
    else {
        let root = math::exp(0.5 * math::abs(x));
        math::product([g, root, root, 0.5], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::sinh)]
}
