use std::f64::consts::{FRAC_2_SQRT_PI, TAU};

use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The error function: `y = 2/√π ∫₀ˣ e^(-t^2) dt`, `dy/dx = 2/√π e^(-x^2)`.
    pub struct Erf;

    /// The error function, [`Erf`].
    pub fn erf;

    with scale = FRAC_2_SQRT_PI;
    with tau = TAU;
    forward math::erf;
    backward |g, x; scale, tau| g * (scale * math::gaussian(x));
    where !math::exp_is_far(x * x + 1.0);
    or !math::exp_is_beyond(x * x + 1.0);
    else {
        // The density of the normal distribution is the root of e^(-x^2) over that of 2 pi.
        let density = math::normal(x).1;
        math::product([g, scale, density, density, tau], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::erf)]
}
