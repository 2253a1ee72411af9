use std::f64::consts::FRAC_2_PI;

use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The approximation of [`Gelu`](super::Gelu) by a hyperbolic tangent: `y = x (1 + tanh(u/2)) / 2 = x s` with `s = 1 / (1 + e^-u)`, `u = √(8/π) (x + 0.044715 x^3)`;
    /// `dy/dx = s + x s (1 - s) √(8/π) (1 + 0.134145 x^2)`.
    ///
    /// The relative error of the value is at most `(4 + 2 |u|) ε` from -4 on, as that of `u`, which is no less than -11 there, is multiplied by `u`, and
    /// below some ε; at ±∞, value and derivative are their limits. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
    pub struct GeluTanh;

    /// The Gaussian error linear unit by tanh, [`GeluTanh`].
    pub fn gelu_tanh;

    with root = 2.0 * FRAC_2_PI.sqrt();
    forward |x; root| x * math::sigmoid(root * x * (1.0 + 0.044_715 * x * x));
    where x > -4.0;
    // Below -100, s is 0, which infinity must not be multiplied with.
    else if x <= -100.0 {
        -0.0
    } else {
        math::gelu_tanh_tail(x, x).0
    };
    backward |g, x; root| {
        // From 9 on, the second term vanishes beside 1, and what the slope is multiplied with may overflow.
        let z = if x > 9.0 { 9.0 } else { x };
        let u = root * z * (1.0 + 0.044_715 * z * z);
        let (s, slope) = math::plain_logistic(u);
        g * (s + z * slope * (root * (1.0 + 0.134_145 * z * z)))
    };
    where x > -4.0;
    else if x <= -100.0 { g * 0.0 } else { math::gelu_tanh_tail(g, x).1 };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::gelu_tanh)]
}
