use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The hyperbolic cosine: `y = (e^x + e^-x) / 2`, `dy/dx = sinh x`.
    pub struct Cosh;

    /// The hyperbolic cosine, [`Cosh`].
    pub fn cosh;

    forward |x| x.cosh();
    backward |g, x| g * math::sinh(x);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::cosh)]
}
