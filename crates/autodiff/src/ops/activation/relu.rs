use crate::ops::unary;

unary! {
    /// The rectifier: `y = max(x, 0)`, `dy/dx = 1` for `x > 0`, else 0, at the kink too. NaN: [the rule](crate::ops::elementwise#nan).
    pub struct Relu;

    /// The rectifier, [`Relu`].
    pub fn relu;

    forward math::relu;
    backward |g, y| if y <= 0.0 { 0.0 } else { g };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::relu)]
}
