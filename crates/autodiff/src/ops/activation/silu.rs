use backprop_tensor::{kernel, math};

use crate::ops::unary;

unary! {
    /// The sigmoid linear unit, or swish: `y = x σ(x)`, `dy/dx = σ(x) (1 + x (1 - σ(x)))`, with `σ(x) = 1 / (1 + e^-x)`.
    ///
    /// At ±∞, value and derivative are their limits. (Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation", 2017.)
    pub struct Silu;

    /// The sigmoid linear unit, [`Silu`].
    pub fn silu;

    // Beyond -800, σ is 0, which infinity must not be multiplied with.
    forward |x| x.apply(&kernel!(|x| math::max(x, -800.0) * math::sigmoid(x)), &[], &[]);
    backward |g, x| {
        let z = math::clamp(x, -800.0, 800.0);
        let s = math::sigmoid(z);
        g * (s * (1.0 + z * (1.0 - s)))
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::silu)]
}
