use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The Gaussian error linear unit: `y = x Φ(x)`, `dy/dx = Φ(x) + x φ(x)`, with the normal distribution `Φ(x) = (1 + erf(x/√2)) / 2` and its
    /// density `φ(x) = e^(-x^2/2) / √(2π)`.
    ///
    /// Right to a few ulp in the tail too; at ±∞, value and derivative are their limits. Near the derivative's zero, at -0.7518, the error of the
    /// derivative is some ε, not some ε of itself, as in PyTorch. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
    pub struct Gelu;

    /// The Gaussian error linear unit, [`Gelu`].
    pub fn gelu;

    forward |x| x * math::plain_normal(x).0;
    where !math::normal_is_tiny(x);
    // Below -100, the distribution is 0, which infinity must not be multiplied with.
    else if x > -100.0 { math::normal_tail(x, x).0 } else { -0.0 };
    backward |g, x| {
        let (distribution, density) = math::plain_normal(x);
        // From 40 on, the product vanishes beside 1, but not that with infinity.
        let z = if x > 40.0 { 40.0 } else { x };
        g * (distribution + z * density)
    };
    where !math::normal_is_tiny(x);
    else if x > -100.0 {
        math::normal_tail(g, x).1
    } else {
        g * 0.0
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::gelu)]
}
