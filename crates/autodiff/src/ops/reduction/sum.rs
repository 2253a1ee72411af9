use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor};

use crate::ops::spread::{spread, spread_var};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The sum over axes: `y = Σ x_i`, `dy/dx_i = 1`.
#[derive(Debug, Clone, Copy)]
pub struct Sum {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Sum {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.sum(self.axes)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        inputs.add(0, spread(&gradient, self.axes, &shape)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        at.add(0, spread_var(at.gradient(), self.axes, x.shape()))
    }
}

impl<T: Float> Var<T> {
    /// The sum over axes, [`Sum`].
    #[track_caller]
    pub fn sum(&self, axes: impl Axes) -> Self {
        self.apply_over("Sum", axes, |axes| Sum { axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.sum(..)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.sum(axis)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.sum(keep([axis]))),
    ]
}
