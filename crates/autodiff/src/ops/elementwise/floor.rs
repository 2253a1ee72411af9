use crate::ops::unary;

unary! {
    /// The largest integer that is not above: `y = ⌊x⌋`, `dy/dx = 0` everywhere.
    pub struct Floor;

    /// The largest integer that is not above, [`Floor`].
    pub fn floor;

    forward math::floor;
    backward |g| 0.0;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::floor)]
}
