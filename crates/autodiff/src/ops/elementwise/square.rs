use crate::ops::unary;

unary! {
    /// The square: `y = x^2`, `dy/dx = 2 x`.
    pub struct Square;

    /// The square, [`Square`].
    pub fn square;

    forward |x| x * x;
    backward |g, x| g * x + g * x;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::square)]
}
