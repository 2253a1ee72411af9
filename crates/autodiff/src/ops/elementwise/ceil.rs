use crate::ops::unary;

unary! {
    /// The smallest integer that is not below: `y = ⌈x⌉`, `dy/dx = 0` everywhere.
    pub struct Ceil;

    /// The smallest integer that is not below, [`Ceil`].
    pub fn ceil;

    forward math::ceil;
    backward |g| 0.0;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::ceil)]
}
