use crate::ops::unary;

unary! {
    /// The inverse tangent: `y = atan x` in `[-π/2, π/2]`, `dy/dx = 1 / (1 + x^2)`.
    pub struct Atan;

    /// The inverse tangent, [`Atan`].
    pub fn atan;

    forward |x| x.atan();
    backward |g, x| g / (x * x + 1.0);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::atan)]
}
