use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// `y = x / (1 + |x|)`, `dy/dx = 1 / (1 + |x|)^2`.
    pub struct Softsign;

    /// The smooth sign, [`Softsign`].
    pub fn softsign;

    // Beyond 1e30, the value is ±1; infinity divided by itself is none.
    forward |x| {
        let z = math::clamp(x, -1e30, 1e30);
        z / (1.0 + math::abs(z))
    };
    backward |g, x| {
        let r = 1.0 / (1.0 + math::abs(x));
        g * r * r
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::softsign)]
}
