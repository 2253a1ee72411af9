use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Without an axis of length 1. The gradient has it again.
#[derive(Debug, Clone, Copy)]
pub struct Squeeze {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Squeeze {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.squeeze(self.axis)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        inputs.add(0, gradient.reshape(shape)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        at.add(0, at.gradient().reshape(x.shape()))
    }
}

impl<T: Float> Var<T> {
    /// Without an axis of length 1, [`Squeeze`].
    #[track_caller]
    pub fn squeeze(&self, axis: isize) -> Self {
        self.apply(Squeeze { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::new(|rng| vec![normal(&[3, 1, 2], rng)], |x| x[0].squeeze(1)),
        Case::new(|rng| vec![normal(&[3, 1], rng)], |x| x[0].squeeze(-1)),
    ]
}
