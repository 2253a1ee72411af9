use crate::ops::unary;

unary! {
    /// The integer part, the nearest integer toward 0: `dy/dx = 0` everywhere.
    pub struct Trunc;

    /// The integer part, [`Trunc`].
    pub fn trunc;

    forward math::trunc;
    backward |g| 0.0;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::trunc)]
}
