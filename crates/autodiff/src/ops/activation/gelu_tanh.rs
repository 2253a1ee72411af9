use std::f64::consts::FRAC_2_PI;

use backprop_tensor::{kernel, math};

use crate::ops::unary;

unary! {
    /// The approximation of [`Gelu`](super::Gelu) by a hyperbolic tangent: `y = x (1 + t) / 2` with `t = tanh u`, `u = √(2/π) (x + 0.044715 x^3)`;
    /// `dy/dx = (1 + t) / 2 + x/2 (1 - t^2) √(2/π) (1 + 0.134145 x^2)`.
    ///
    /// At -∞ the value is NaN. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
    pub struct GeluTanh;

    /// The Gaussian error linear unit by tanh, [`GeluTanh`].
    pub fn gelu_tanh;

    with root = FRAC_2_PI.sqrt();
    forward |x| {
        let formula = kernel!(|x; root| 0.5 * x * (1.0 + math::tanh(root * (x + 0.044_715 * x * x * x))));
        x.apply(&formula, &[root], &[])
    };
    backward |g, x; root| {
        // Beyond 10, t is 1 and what it is multiplied with may overflow.
        let z = math::clamp(x, -10.0, 10.0);
        let t = math::tanh(root * (z + 0.044_715 * z * z * z));
        g * (0.5 * (1.0 + t) + 0.5 * z * (1.0 - t * t) * (root * (1.0 + 0.134_145 * z * z)))
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::gelu_tanh)]
}
