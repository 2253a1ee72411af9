use crate::ops::unary;

unary! {
    /// The hyperbolic tangent: `y = (e^x - e^-x) / (e^x + e^-x)`, `dy/dx = 1 - y^2`.
    pub struct Tanh;

    /// The hyperbolic tangent, [`Tanh`].
    pub fn tanh;

    forward |x| x.tanh();
    backward |g, y| g * (1.0 - y * y);
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::tanh)]
}
