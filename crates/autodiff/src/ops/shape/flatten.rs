use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Some neighboring axes as one. The gradient goes back to the old shape.
#[derive(Debug, Clone, Copy)]
pub struct Flatten {
    /// The first of the axes; negative ones count from the end.
    pub first: isize,
    /// The last of them.
    pub last: isize,
}

impl<T: Float> Op<T> for Flatten {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.flatten(self.first, self.last)?, ()))
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
    /// The axes from `first` to `last` as one, [`Flatten`].
    #[track_caller]
    pub fn flatten(&self, first: isize, last: isize) -> Self {
        self.apply(Flatten { first, last })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.flatten(axis, -1)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.flatten(0, axis)),
    ]
}
