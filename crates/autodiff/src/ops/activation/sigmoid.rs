use crate::ops::unary;

unary! {
    /// The logistic function: `y = 1 / (1 + e^-x)`, `dy/dx = y (1 - y)`.
    pub struct Sigmoid;

    /// The logistic function, [`Sigmoid`].
    pub fn sigmoid;

    forward |x| x.sigmoid();
    backward |g, y| g * (y * (1.0 - y));
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary(Var::sigmoid)]
}
