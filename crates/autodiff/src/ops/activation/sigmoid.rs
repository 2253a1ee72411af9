use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The logistic function: `y = 1 / (1 + e^-x)`, `dy/dx = y (1 - y) = e^-|x| / (1 + e^-|x|)^2`.
    pub struct Sigmoid;

    /// The logistic function, [`Sigmoid`].
    pub fn sigmoid;

    forward |x| x.sigmoid();
    backward |g, x| {
        // Of y, 1 - y is lost near 1.
        let e = math::exp(-math::abs(x));
        let r = 1.0 / (1.0 + e);
        g * (e * r * r)
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::sigmoid)]
}
