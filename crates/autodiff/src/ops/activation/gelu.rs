use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use backprop_tensor::{kernel, math};

use crate::ops::unary;

unary! {
    /// The Gaussian error linear unit: `y = x Φ(x)`, `dy/dx = Φ(x) + x φ(x)`, with the normal distribution `Φ(x) = (1 + erf(x/√2)) / 2` and its
    /// density `φ(x) = e^(-x^2/2) / √(2π)`.
    ///
    /// At -∞ the value is NaN, at ±∞ the derivative. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
    pub struct Gelu;

    /// The Gaussian error linear unit, [`Gelu`].
    pub fn gelu;

    with root = FRAC_1_SQRT_2;
    with density = 0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
    forward |x| x.apply(&kernel!(|x; root| 0.5 * x * (1.0 + math::erf(x * root))), &[root], &[]);
    backward |g, x; root, density| {
        let distribution = 0.5 * (1.0 + math::erf(x * root));
        g * (distribution + x * (density * math::exp(-0.5 * x * x)))
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::gelu)]
}
