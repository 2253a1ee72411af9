use backprop_tensor::{kernel, math};

use crate::ops::unary;

unary! {
    /// The sigmoid linear unit, or swish: `y = x σ(x)`, `dy/dx = σ(x) (1 + x (1 - σ(x)))`, with `σ(x) = 1 / (1 + e^-x)`.
    ///
    /// At -∞ the value is NaN, at ±∞ the derivative. (Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation", 2017.)
    pub struct Silu;

    /// The sigmoid linear unit, [`Silu`].
    pub fn silu;

    forward |x| x.apply(&kernel!(|x| x * math::sigmoid(x)), &[], &[]);
    backward |g, x| {
        let s = math::sigmoid(x);
        g * (s * (1.0 + x * (1.0 - s)))
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::silu)]
}
