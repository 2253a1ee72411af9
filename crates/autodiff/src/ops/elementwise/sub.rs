use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel};

use crate::{Differential, InputGradients, Op, operands};

/// The difference with broadcasting: `z = x - y`, `dz/dx = 1`, `dz/dy = -1`.
#[derive(Debug, Clone, Copy)]
pub struct Sub;

impl<T: Float> Op<T> for Sub {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        Ok((x.try_sub(y)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        if inputs.needed(1) {
            inputs.add_broadcast(1, gradient.apply(&kernel!(|g| -g), &[])?)?;
        }
        inputs.add_broadcast(0, gradient)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add_broadcast(0, at.gradient().clone())?;
        if at.needed(1) {
            at.add_broadcast(1, -at.gradient())?;
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x, y| x - y))
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| x - y),
        Case::unary(|x| x - x.square()),
        Case::unary(|x| 2.0 - (x - 1.0)),
    ]
}
