use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel};

use crate::ops::spread::spread;
use crate::{InputGradients, Op, Var, operands};

/// The standard deviation over axes of `n` elements with mean `m`: `y = sqrt(Σ (x_i - m)^2 / (n - c))`, `dy/dx_i = (x_i - m) / (y (n - c))`.
///
/// The correction `c` is 1 for an estimate from a sample (Bessel), 0 for that of the elements themselves. Where `y` is 0, there is no derivative: NaN, as in PyTorch.
#[derive(Debug, Clone, Copy)]
pub struct Std {
    /// The axes.
    pub axes: AxisSet,
    /// What is taken off the number of elements.
    pub correction: usize,
}

impl<T: Float> Op<T> for Std {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.std(self.axes, self.correction)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let shape = *x.shape();
        let mean = x.mean(self.axes.keep())?;
        let count = self.axes.count(&shape) as f64 - self.correction as f64;
        let gradient = gradient.into_apply(&kernel!(|g, y| g / y), &[], &[&y])?;
        let gradient = spread(&gradient, self.axes, &shape)?;
        let formula = kernel!(|x, mean, g; factor| g * factor * (x - mean));
        inputs.add(
            0,
            x.into_apply(&formula, &[T::from_f64(1.0 / count)], &[&mean, &gradient])?,
        )
    }
}

impl<T: Float> Var<T> {
    /// The standard deviation over axes, [`Std`].
    #[track_caller]
    pub fn std(&self, axes: impl Axes, correction: usize) -> Self {
        self.apply_over("Std", axes, |axes| Std { axes, correction })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::new(|rng| vec![normal(&[3, 4], rng)], |x| x[0].std(1, 1)),
        Case::new(
            |rng| vec![normal(&[2, 3, 4], rng)],
            |x| x[0].std(keep([0, -1]), 0),
        ),
    ]
}
