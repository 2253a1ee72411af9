use std::f64::consts::FRAC_2_PI;

use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The approximation of [`Gelu`](super::Gelu) by a hyperbolic tangent: `y = x (1 + tanh(u/2)) / 2 = x s` with `s = 1 / (1 + e^-u)`, `u = √(8/π) (x + 0.044715 x^3)`;
    /// `dy/dx = s + x s (1 - s) √(8/π) (1 + 0.134145 x^2)`.
    ///
    /// The relative error of the value is at most `(4 + 2 |u|) ε`, as that of `u` is multiplied by `u`; at ±∞, value and derivative are their limits. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
    pub struct GeluTanh;

    /// The Gaussian error linear unit by tanh, [`GeluTanh`].
    pub fn gelu_tanh;

    with root = 2.0 * FRAC_2_PI.sqrt();
    // Beyond -30, s is 0, which infinity must not be multiplied with.
    forward |x; root| {
        let z = math::max(x, -30.0);
        z * math::sigmoid(root * z * (1.0 + 0.044_715 * z * z))
    };
    // Far below 0, s is e^u, which may leave the range before x e^u does.
    where {
        let z = math::max(x, -30.0);
        !math::exp_is_tiny(root * z * (1.0 + 0.044_715 * z * z))
    };
    or x > 0.0 || !math::exp_is_beyond(root * x * (1.0 + 0.044_715 * x * x));
    else {
        let half = math::exp(0.5 * root * x * (1.0 + 0.044_715 * x * x));
        math::product([x, half, half], [])
    };
    backward |g, x; root| {
        // From 9 on, the second term vanishes beside 1, and what the slope is multiplied with may overflow.
        let z = if x > 9.0 { 9.0 } else { x };
        let u = root * z * (1.0 + 0.044_715 * z * z);
        let (s, slope) = math::plain_logistic(u);
        g * (s + z * slope * (root * (1.0 + 0.134_145 * z * z)))
    };
    where {
        let z = if x > 9.0 { 9.0 } else { x };
        !math::exp_is_tiny(root * z * (1.0 + 0.044_715 * z * z))
    };
    else if !math::exp_is_beyond(root * x * (1.0 + 0.044_715 * x * x)) {
        g * 0.0
    } else {
        let half = math::exp(0.5 * root * x * (1.0 + 0.044_715 * x * x));
        math::product([g, half, half, 1.0 + x * root * (1.0 + 0.134_145 * x * x)], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::gelu_tanh)]
}
