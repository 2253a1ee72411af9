use backprop_tensor::math;

use crate::ops::unary;

const SCALE: f64 = 1.050_700_987_355_480_5;
const ALPHA: f64 = 1.673_263_242_354_377_2;

unary! {
    /// The scaled exponential linear unit: `y = s x`, `dy/dx = s` for `x > 0`; else `y = s a (e^x - 1)`, `dy/dx = s a e^x`,
    /// at 0 too, with `s = 1.0507...` and `a = 1.6732...`. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// With these, outputs keep mean 0 and variance 1 from layer to layer. (Klambauer et al., "Self-normalizing neural networks", 2017.)
    pub struct Selu;

    /// The scaled exponential linear unit, [`Selu`].
    pub fn selu;

    with s = SCALE;
    with sa = SCALE * ALPHA;
    forward |x; s, sa| if x <= 0.0 { sa * math::expm1(x) } else { s * x };
    backward |g, x; s, sa| if x <= 0.0 { g * (sa * math::plain_exp(x)) } else { g * s };
    where !math::exp_is_tiny(x);
    else if !math::exp_is_beyond(x) {
        g * 0.0
    } else {
        let root = math::exp(0.5 * x);
        math::product([g, sa, root, root], [])
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::Var;
    use crate::ops::cases::Case;

    vec![Case::unary_distinct(Var::selu)]
}
