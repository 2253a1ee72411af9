use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Two axes exchanged; in the gradient, exchanged back.
#[derive(Debug, Clone, Copy)]
pub struct Transpose {
    /// One axis; negative ones count from the end.
    pub first: isize,
    /// The other.
    pub second: isize,
}

impl<T: Float> Op<T> for Transpose {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.transpose(self.first, self.second)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient.transpose(self.first, self.second)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add(0, at.gradient().transpose(self.first, self.second))
    }
}

impl<T: Float> Var<T> {
    /// Two axes exchanged, [`Transpose`].
    #[track_caller]
    pub fn transpose(&self, first: isize, second: isize) -> Self {
        self.apply(Transpose { first, second })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.transpose(axis, -1)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.transpose(0, axis)),
    ]
}
