use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel};

use crate::{Differential, InputGradients, Op, operands};

/// The opposite: `y = -x`, `dy/dx = -1`.
#[derive(Debug, Clone, Copy)]
pub struct Neg;

impl<T: Float> Op<T> for Neg {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.apply(&kernel!(|x| -x), &[])?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient.into_apply(&kernel!(|g| -g), &[])?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add(0, -at.gradient())
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x| -x))
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary(|x| -x)]
}
