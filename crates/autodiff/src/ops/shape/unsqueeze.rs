use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// A new axis of length 1. The gradient loses it again.
#[derive(Debug, Clone, Copy)]
pub struct Unsqueeze {
    /// Where the axis will be; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Unsqueeze {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.unsqueeze(self.axis)?, ()))
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
    /// With a new axis of length 1, [`Unsqueeze`].
    #[track_caller]
    pub fn unsqueeze(&self, axis: isize) -> Self {
        self.apply(Unsqueeze { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary(|x| x.unsqueeze(0)), Case::unary(|x| x.unsqueeze(-1))]
}
