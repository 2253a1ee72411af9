use std::f64::consts::LN_2;

use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The power of two: `y = 2^x`, `dy/dx = y ln 2`.
    pub struct Exp2;

    /// The power of two, [`Exp2`].
    pub fn exp2;

    with ln_2 = LN_2;
    forward math::exp2;
    backward |g, y, x; ln_2| g * (y * ln_2);
    // The power may leave the range though its product with g does not.
    where math::is_normal(y * 0.5);
    else {
        let root = math::exp2(0.5 * x);
        math::product([g, root, root, ln_2], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::exp2)]
}
