use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel};

use crate::ops::spread::spread;
use crate::{InputGradients, Op, Var, operands};

/// The variance over axes of `n` elements with mean `m`: `y = Σ (x_i - m)^2 / (n - c)`, `dy/dx_i = 2 (x_i - m) / (n - c)`.
///
/// The correction `c` is 1 for an estimate from a sample (Bessel), 0 for the variance of the elements themselves.
#[derive(Debug, Clone, Copy)]
pub struct Variance {
    /// The axes.
    pub axes: AxisSet,
    /// What is taken off the number of elements.
    pub correction: usize,
}

impl<T: Float> Op<T> for Variance {
    /// `x`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.var(self.axes, self.correction)?, x.clone()))
    }

    fn backward(
        &self,
        x: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let shape = *x.shape();
        let mean = x.mean(self.axes.keep())?;
        let count = self.axes.count(&shape) as f64 - self.correction as f64;
        let gradient = spread(&gradient, self.axes, &shape)?;
        let formula = kernel!(|x, mean, g; factor| g * factor * (x - mean));
        inputs.add(
            0,
            x.into_apply(&formula, &[T::from_f64(2.0 / count)], &[&mean, &gradient])?,
        )
    }
}

impl<T: Float> Var<T> {
    /// The variance over axes, [`Variance`].
    #[track_caller]
    pub fn var(&self, axes: impl Axes, correction: usize) -> Self {
        self.apply_over("Variance", axes, |axes| Variance { axes, correction })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.var(axis, 0)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.var(keep([axis]), 0)),
        Case::new(|rng| vec![normal(&[3, 4], rng)], |x| x[0].var(1, 1)),
    ]
}
