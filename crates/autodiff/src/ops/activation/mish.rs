use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// `y = x t` with `t = tanh(ln(1 + e^x))`, `dy/dx = t + x σ(x) (1 - t^2)`.
    ///
    /// With `n = e^x (e^x + 2)`, `t = n / (n + 2)` and `σ(x) (1 - t^2) = 4 e^x (1 + e^x) / (n + 2)^2`: one exponential is enough.
    /// At ±∞, value and derivative are their limits. Near the derivative's zero, at -1.1924, the error of the derivative is some ε, not some ε of
    /// itself, as in PyTorch. (Misra, "Mish: a self regularized non-monotonic activation function", 2019.)
    pub struct Mish;

    /// Mish, [`Mish`](crate::ops::Mish).
    pub fn mish;

    // Beyond 30, t is 1; beyond -800 it is 0, which infinity must not be multiplied with; where it is e^x, that may leave the range before
    // x e^x does.
    forward |x| {
        let e = math::exp(math::min(x, 30.0));
        let n = e * (e + 2.0);
        math::max(x, -800.0) * (n / (n + 2.0))
    };
    where !math::exp_is_tiny(x);
    or !math::exp_is_tiny(x) || !math::exp_is_beyond(x);
    else {
        let root = math::exp(0.5 * x);
        math::product([x, root, root], [])
    };
    backward |g, x| {
        let z = math::clamp(x, -800.0, 30.0);
        let e = math::exp(z);
        let n = e * (e + 2.0);
        let r = 1.0 / (n + 2.0);
        g * (n * r + 4.0 * z * (e * (1.0 + e) * r) * r)
    };
    where !math::exp_is_tiny(x);
    or !math::exp_is_tiny(x) || !math::exp_is_beyond(x);
    else {
        let root = math::exp(0.5 * x);
        math::product([g, root, root, 1.0 + x], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::mish)]
}
