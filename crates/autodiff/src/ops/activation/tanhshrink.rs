use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// `y = x - tanh x`, `dy/dx = tanh^2 x`.
    pub struct Tanhshrink;

    /// What tanh takes away, [`Tanhshrink`].
    pub fn tanhshrink;

    forward |x| math::tanhshrink(x);
    backward |g, x| {
        let t = math::tanh(x);
        // In this order, as the square may vanish where the product does not.
        g * t * t
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::tanhshrink)]
}
