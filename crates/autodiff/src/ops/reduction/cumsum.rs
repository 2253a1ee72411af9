use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The sums so far along an axis: `y_i = x_0 + ... + x_i`, `dL/dx_i = dL/dy_i + dL/dy_(i+1) + ...`.
#[derive(Debug, Clone, Copy)]
pub struct Cumsum {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Cumsum {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.cumsum(self.axis)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient.flip(self.axis)?.cumsum(self.axis)?.flip(self.axis)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let sums = at.gradient().flip(self.axis).cumsum(self.axis);
        at.add(0, sums.flip(self.axis))
    }
}

impl<T: Float> Var<T> {
    /// The sums so far along an axis, [`Cumsum`].
    #[track_caller]
    pub fn cumsum(&self, axis: isize) -> Self {
        self.apply(Cumsum { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![Case::over_axis(
        |rng, shape| normal(shape, rng),
        |x, axis| x.cumsum(axis),
    )]
}
