use backprop_tensor::{kernel, math};

use crate::ops::unary;

unary! {
    /// The Gaussian error linear unit: `y = x Φ(x)`, `dy/dx = Φ(x) + x φ(x)`, with the normal distribution `Φ(x) = (1 + erf(x/√2)) / 2` and its
    /// density `φ(x) = e^(-x^2/2) / √(2π)`.
    ///
    /// Right to a few ulp in the tail too; at ±∞, value and derivative are their limits. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
    pub struct Gelu;

    /// The Gaussian error linear unit, [`Gelu`].
    pub fn gelu;

    forward |x| {
        // Beyond 40, the distribution is 0 or 1 and the density 0, which infinity must not be multiplied with.
        let formula = kernel!(
            |x| math::max(x, -40.0) * math::normal(x).0;
            where x > 0.0 || !math::exp_is_beyond(0.5 * x * x + 4.0);
            else math::normal_tail(x, x).0
        );
        x.apply(&formula, &[], &[])
    };
    backward |g, x| {
        let (distribution, density) = math::normal(x);
        g * (distribution + math::clamp(x, -40.0, 40.0) * density)
    };
    where x > 0.0 || !math::exp_is_beyond(0.5 * x * x + 4.0);
    else math::normal_tail(g, x).1;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::gelu)]
}
