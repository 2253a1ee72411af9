use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor};

use crate::ops::extremes;
use crate::{Differential, InputGradients, Op, Var, operands};

/// The smallest element over axes: `y = min x_i`, `dy/dx_i = 1 / k` for the `k` elements that are equal to `y`, else 0.
///
/// If there is NaN, `y` is NaN, and the `k` elements are those that are NaN, as in PyTorch's `min` of all elements (its `amin` gives NaN to all,
/// its `min` along an axis 1 to the first): [the rule](crate::ops::elementwise#nan), that what is NaN passes the gradient on.
#[derive(Debug, Clone, Copy)]
pub struct Min {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Min {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.min(self.axes)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        saved: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        extremes::share(saved, self.axes, gradient, inputs)
    }

    fn differentiate(&self, saved: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        extremes::differentiate(saved, self.axes, at)
    }
}

impl<T: Float> Var<T> {
    /// The smallest element over axes, [`Min`].
    #[track_caller]
    pub fn min(&self, axes: impl Axes) -> Self {
        self.apply_over("Min", axes, |axes| Min { axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, distinct};

    vec![
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, axis| x.min(axis)),
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, axis| x.min(keep([axis]))),
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, _| x.min(..)),
    ]
}
