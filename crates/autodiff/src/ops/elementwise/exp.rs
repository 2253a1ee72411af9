use crate::ops::unary;

unary! {
    /// The exponential: `y = e^x`, `dy/dx = y`.
    pub struct Exp;

    /// The exponential, [`Exp`].
    pub fn exp;

    forward |x| x.exp();
    backward |g, y| g * y;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::exp)]
}
