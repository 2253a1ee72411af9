use crate::ops::unary;

unary! {
    /// The nearest integer, the even one of two: `dy/dx = 0` everywhere.
    pub struct Round;

    /// The nearest integer, [`Round`].
    pub fn round;

    forward math::round;
    backward |g| 0.0;
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(|x| (x * 1.2).round())]
}
