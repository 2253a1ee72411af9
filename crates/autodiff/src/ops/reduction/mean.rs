use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel};

use crate::ops::spread::{spread, spread_var};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The mean over axes of `n` elements: `y = Σ x_i / n`, `dy/dx_i = 1 / n`. That of none is NaN.
#[derive(Debug, Clone, Copy)]
pub struct Mean {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Mean {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.mean(self.axes)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        let share = T::ONE / T::from_f64(self.axes.count(&shape) as f64);
        let gradient = gradient.into_apply(&kernel!(|g; share| g * share), &[])?;
        inputs.add(0, spread(&gradient, self.axes, &shape)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let share = T::ONE / T::from_f64(self.axes.count(x.shape()) as f64);
        at.add(0, spread_var(&(at.gradient() * share), self.axes, x.shape()))
    }
}

impl<T: Float> Var<T> {
    /// The mean over axes, [`Mean`].
    #[track_caller]
    pub fn mean(&self, axes: impl Axes) -> Self {
        self.apply_over("Mean", axes, |axes| Mean { axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.mean(..)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.mean(axis)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.mean(keep([axis]))),
    ]
}
