use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel, math};

use crate::{Differential, InputGradients, Op, operands};

/// The quotient with broadcasting: `z = x / y`, `dz/dx = 1 / y`, `dz/dy = -x / y^2 = -z / y`.
#[derive(Debug, Clone, Copy)]
pub struct Div;

impl<T: Float> Op<T> for Div {
    /// `y`, `z` and `x`.
    type Saved = [Tensor<T>; 3];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        let z = x.try_div(y)?;
        Ok((z.clone(), [y.clone(), z, x.clone()]))
    }

    fn backward(
        &self,
        [y, z, x]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        if inputs.needed(1) {
            let kernel = kernel!(
                |g, y, z, x| -(g * z / y);
                // A quotient or a product that is out of range has lost what -g x / y^2 still has.
                where math::is_normal(z) && math::is_normal(g * z);
                or x == 0.0 || (g == 0.0 && math::abs(z) < 1.0 / 0.0) || (math::is_normal(z) && math::is_normal(g * z));
                else math::product([-g, x], [y, y])
            );
            inputs.add_broadcast(1, gradient.apply(&kernel, &[&y, &z, &x])?)?;
        }
        if inputs.needed(0) {
            inputs.add_broadcast(0, gradient.into_apply(&kernel!(|g, y| g / y), &[&y])?)?;
        }
        Ok(())
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [_, y] = at.operands()?;
        let quotient = at.gradient() / y;
        if at.needed(1) {
            at.add_broadcast(1, -(&quotient * at.output()))?;
        }
        at.add_broadcast(0, quotient)
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x, y| x / y))
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| x / y),
        Case::unary_between(0.5, 2.0, |x| 2.0 / (x / x.square() + x)),
    ]
}
