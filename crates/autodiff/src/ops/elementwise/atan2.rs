use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel, math};

use crate::{InputGradients, Op, Var, operands};

/// The angle of the point `(x, y)` with broadcasting: `z = atan2(y, x)` in `[-π, π]`, `dz/dy = x / (x^2 + y^2)`,
/// `dz/dx = -y / (x^2 + y^2)`.
///
/// At the origin, where it has none, the derivatives are 0, as at infinity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Atan2;

impl<T: Float> Op<T> for Atan2 {
    /// `y` and `x`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [y, x] = operands(inputs)?;
        let z = y
            .apply(&kernel!(|y, x| math::atan2(y, x)), &[x])
            .map_err(|error| error.within("atan2"))?;
        Ok((z, [y.clone(), x.clone()]))
    }

    fn backward(
        &self,
        [y, x]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        // With a the larger and b the smaller coordinate and t = b / a, x^2 + y^2 = a^2 (1 + t^2): no square leaves the range.
        if inputs.needed(1) {
            let kernel = kernel!(|g, y, x| {
                let steep = math::abs(y) > math::abs(x);
                let (a, b) = if steep { (y, x) } else { (x, y) };
                let t = b / a;
                let rest = -g / (1.0 + t * t);
                let result = if steep {
                    rest / a
                } else {
                    math::mul_div(rest, t, a)
                };
                let nowhere = (a == 0.0 || math::abs(a) == 1.0 / 0.0) && !b.is_nan();
                if nowhere { 0.0 } else { result }
            };
            // Else t is 0 to the last digit, or has lost some, where b / a^2 may be a number.
            where math::abs(y) >= math::abs(x) * 1e-30 || y == 0.0;
            else math::product([-g, y], [x, x]));
            inputs.add_broadcast(1, gradient.apply(&kernel, &[&y, &x])?)?;
        }
        if inputs.needed(0) {
            let kernel = kernel!(|g, y, x| {
                let steep = math::abs(y) > math::abs(x);
                let (a, b) = if steep { (y, x) } else { (x, y) };
                let t = b / a;
                let rest = g / (1.0 + t * t);
                let result = if steep {
                    math::mul_div(rest, t, a)
                } else {
                    rest / a
                };
                let nowhere = (a == 0.0 || math::abs(a) == 1.0 / 0.0) && !b.is_nan();
                if nowhere { 0.0 } else { result }
            };
            where math::abs(x) >= math::abs(y) * 1e-30 || x == 0.0;
            else math::product([g, x], [y, y]));
            inputs.add_broadcast(0, gradient.into_apply(&kernel, &[&y, &x])?)?;
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|y, x| math::atan2(y, x)))
    }
}

impl<T: Float> Var<T> {
    /// The angle of the point whose second coordinate is this and whose first is `x`, [`Atan2`].
    #[track_caller]
    pub fn atan2(&self, x: &Self) -> Self {
        self.apply_with(Atan2, x)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| (x + 3.0).atan2(y)),
        Case::binary(|x, y| y.atan2(&(x - 3.0))),
        Case::unary_between(0.5, 2.0, |x| x.atan2(x)),
    ]
}
