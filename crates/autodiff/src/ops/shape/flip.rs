use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// An axis in reverse order; in the gradient, reversed back.
#[derive(Debug, Clone, Copy)]
pub struct Flip {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Flip {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.flip(self.axis)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient.flip(self.axis)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add(0, at.gradient().flip(self.axis))
    }
}

impl<T: Float> Var<T> {
    /// An axis in reverse order, [`Flip`].
    #[track_caller]
    pub fn flip(&self, axis: isize) -> Self {
        self.apply(Flip { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![Case::over_axis(
        |rng, shape| normal(shape, rng),
        |x, axis| x.flip(axis),
    )]
}
