use std::f64::consts::FRAC_2_SQRT_PI;

use backprop_tensor::math;

use crate::ops::unary;

unary! {
    /// The error function: `y = 2/√π ∫₀ˣ e^(-t^2) dt`, `dy/dx = 2/√π e^(-x^2)`.
    pub struct Erf;

    /// The error function, [`Erf`].
    pub fn erf;

    with scale = FRAC_2_SQRT_PI;
    forward |x| x.erf();
    backward |g, x; scale| g * (scale * math::gaussian(x));
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::erf)]
}
