use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The hyperbolic cosine: `y = (e^x + e^-x) / 2`, `dy/dx = sinh x`.
    pub struct Cosh;

    /// The hyperbolic cosine, [`Cosh`].
    pub fn cosh;

    forward math::cosh;
    backward |g, x| g * math::sinh(x);
    where !math::exp_is_far(x);
    or !math::exp_is_beyond(x);
    else {
        let root = math::exp(0.5 * math::abs(x));
        math::product([g, math::sign(x), root, root, 0.5], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::cosh)]
}
