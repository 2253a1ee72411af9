use crate::ops::unary;

unary! {
    /// The sign: `y` is 1, -1 or, at 0, 0; `dy/dx = 0` everywhere. NaN stays NaN.
    pub struct Sign;

    /// The sign, [`Sign`].
    pub fn sign;

    forward math::sign;
    backward |g| 0.0;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::sign)]
}
