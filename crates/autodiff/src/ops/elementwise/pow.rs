use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel, math};

use crate::{InputGradients, Op, Var, operands};

/// The power with broadcasting: `z = x^y`, `dz/dx = y x^(y-1)`, `dz/dy = z ln x`.
///
/// As everywhere in computing, `x^0 = 1`, for 0 and NaN too, and a finite negative `x` has powers for integer (or infinite) `y` only. So `dz/dx = 0` where
/// `y = 0`, whatever `x`; `dz/dy = 0` where `x = 0` and `y >= 0`, -∞ where `x = 0` and `y < 0`, and NaN for negative `x`. Where `x = 0` and
/// `0 < y < 1`, `dz/dx = ∞`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pow;

impl<T: Float> Op<T> for Pow {
    /// `x`, `y` and `z`.
    type Saved = [Tensor<T>; 3];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        let z = x.pow(y)?;
        Ok((z.clone(), [x.clone(), y.clone(), z]))
    }

    fn backward(
        &self,
        [x, y, z]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        if inputs.needed(1) {
            let kernel = kernel!(
                |g, x, y, z| if x == 0.0 && y >= 0.0 { 0.0 } else { g * (math::log(x) * z) };
                // Nor can the logarithm bring it out of range.
                where math::abs(z) > 1e-30 && math::abs(z) < 1e30;
                or (x == 0.0 && y >= 0.0) || (math::abs(z) > 1e-30 && math::abs(z) < 1e30);
                else if x == 0.0 && y >= 0.0 {
                    0.0
                } else if math::is_normal(z) {
                    math::product([g, math::log(x), z], [])
                } else {
                    let root = math::powf(x, 0.5 * y);
                    math::product([g, math::log(x), root, root], [])
                }
            );
            inputs.add_broadcast(1, gradient.apply(&kernel, &[&x, &y, &z])?)?;
        }
        if inputs.needed(0) {
            let kernel = kernel!(
                |g, x, y, z| math::plain_pow_gradient(g, x, y);
                where math::pow_is_plain(x, y, z);
                or x == 0.0 || y == 0.0 || math::pow_is_plain(x, y, z);
                else math::pow_gradient(g, x, y)
            );
            inputs.add_broadcast(0, gradient.into_apply(&kernel, &[&x, &y, &z])?)?;
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x, y| math::powf(x, y)))
    }
}

impl<T: Float> Var<T> {
    /// The power with a variable exponent, [`Pow`].
    #[track_caller]
    pub fn pow(&self, exponent: &Self) -> Self {
        self.apply_with(Pow, exponent)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| (y * y).pow(x)),
        Case::binary(|x, y| (x.square() + 0.5).pow(y)),
        Case::unary_between(0.5, 2.0, |x| x.pow(x)),
    ]
}
