use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel};

use crate::{Differential, InputGradients, Op, operands};

/// The product of the elements with broadcasting: `z = x y`, `dz/dx = y`, `dz/dy = x`.
#[derive(Debug, Clone, Copy)]
pub struct Mul;

impl<T: Float> Op<T> for Mul {
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        Ok((x.try_mul(y)?, [x.clone(), y.clone()]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let product = kernel!(|g, other| g * other);
        if inputs.needed(1) {
            inputs.add_broadcast(1, gradient.apply(&product, &[&x])?)?;
        }
        if inputs.needed(0) {
            inputs.add_broadcast(0, gradient.into_apply(&product, &[&y])?)?;
        }
        Ok(())
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x, y] = at.operands()?;
        if at.needed(0) {
            at.add_broadcast(0, at.gradient() * y)?;
        }
        if at.needed(1) {
            at.add_broadcast(1, at.gradient() * x)?;
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x, y| x * y))
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| x * y),
        Case::unary(|x| x * x),
        Case::unary(|x| 2.0 * (x * 3.0)),
    ]
}
