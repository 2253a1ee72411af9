use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel, math};

use crate::ops::spread::spread;
use crate::{InputGradients, Op, Var, operands};

/// The logarithm of the sum of exponentials over axes, without overflow: `y = log Σ e^x_i`, `dy/dx_i = e^(x_i - y)`.
#[derive(Debug, Clone, Copy)]
pub struct LogSumExp {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for LogSumExp {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.logsumexp(self.axes)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let shape = *x.shape();
        let (y, gradient) = (
            spread(&y, self.axes, &shape)?,
            spread(&gradient, self.axes, &shape)?,
        );
        let formula = kernel!(|x, y, g| g * math::exp(x - y));
        inputs.add(0, x.into_apply(&formula, &[], &[&y, &gradient])?)
    }
}

impl<T: Float> Var<T> {
    /// The logarithm of the sum of exponentials over axes, [`LogSumExp`].
    #[track_caller]
    pub fn logsumexp(&self, axes: impl Axes) -> Self {
        self.apply_over("LogSumExp", axes, |axes| LogSumExp { axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.logsumexp(..)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.logsumexp(axis)),
        Case::over_axis(
            |rng, shape| normal(shape, rng),
            |x, axis| x.logsumexp(keep([axis])),
        ),
    ]
}
