use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The sigmoid linear unit, or swish: `y = x σ(x)`, `dy/dx = σ(x) (1 + x (1 - σ(x)))`, with `σ(x) = 1 / (1 + e^-x)`.
    ///
    /// At ±∞, value and derivative are their limits. Near the derivative's zero, at -1.2785, the error of the derivative is some ε, not some ε of
    /// itself, as in PyTorch. (Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation", 2017.)
    pub struct Silu;

    /// The sigmoid linear unit, [`Silu`].
    pub fn silu;

    // Beyond -800, σ is 0, which infinity must not be multiplied with; where it is e^x, that may leave the range before x e^x does.
    forward |x| math::max(x, -800.0) * math::sigmoid(x);
    where !math::exp_is_tiny(x);
    or !math::exp_is_tiny(x) || !math::exp_is_beyond(x);
    else {
        let root = math::exp(0.5 * x);
        math::product([x, root, root], [])
    };
    backward |g, x| {
        // From 80 on, the slope vanishes beside 1, but not its product with infinity.
        let z = if x > 80.0 { 80.0 } else { x };
        let (s, slope) = math::plain_logistic(z);
        g * (s + z * slope)
    };
    where !math::exp_is_tiny(x);
    else if !math::exp_is_beyond(x) {
        g * 0.0
    } else {
        let root = math::exp(0.5 * x);
        math::product([g, root, root, 1.0 + x], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::silu)]
}
