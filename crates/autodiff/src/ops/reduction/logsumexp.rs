use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel, math};

use crate::ops::range;
use crate::ops::rows::Rows;
use crate::ops::spread::{spread, spread_var};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The logarithm of the sum of exponentials over axes, without overflow: `y = log Σ e^x_i`, `dy/dx_i = e^(x_i - y)`, the softmax.
///
/// Where all `x` are -∞, `y` is -∞ and the derivative is set to 0: they take no part (NaN in PyTorch). Where `y` is ∞, it is NaN for those `x` that are
/// ∞, and 0 for the others, as in PyTorch: an infinite score says that something went wrong before.
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
        // The rounding of y is a relative error of that size in every share; they are divided by their sum where it is not small.
        let most = T::from_f64(MOST);
        if !range::all(&y, |y| math::abs(y) <= most || math::abs(y) == T::INFINITY) {
            return inputs.add(0, self.shares_of_sum(x, &y, &gradient)?);
        }
        let (y, gradient) = (
            spread(&y, self.axes, &shape)?,
            spread(&gradient, self.axes, &shape)?,
        );
        let formula =
            kernel!(|x, y, g; infinity: T::INFINITY| if y == -infinity { 0.0 } else { g * math::exp(x - y) });
        inputs.add(0, x.into_apply(&formula, &[&y, &gradient])?)
    }

    fn differentiate(&self, [_, y]: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let rows = Rows::new(self.axes, x.shape());
        let count = [at.output().shape().count(), 1];
        let takes_no_part = y.equal(&Tensor::scalar(-T::INFINITY))?.reshape(count)?;
        let scores = rows.of(x).masked_fill(&takes_no_part, T::ZERO);
        let shares = match rows.length() {
            0 => scores,
            _ => scores.softmax(1).masked_fill(&takes_no_part, T::ZERO),
        };
        at.add(
            0,
            rows.back(&shares) * spread_var(at.gradient(), self.axes, x.shape()),
        )
    }
}

/// The largest size of `y` whose rounding is let pass: it is 8 ε at most.
const MOST: f64 = 16.0;

impl LogSumExp {
    /// `g e^(x - y) / Σ e^(x - y)`, in which it does not matter that `y` is rounded.
    fn shares_of_sum<T: Float>(
        &self,
        x: Tensor<T>,
        y: &Tensor<T>,
        gradient: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        let shape = *x.shape();
        let y = spread(y, self.axes, &shape)?;
        let formula =
            kernel!(|x, y; infinity: T::INFINITY| if y == -infinity { 0.0 } else { math::exp(x - y) });
        let parts = x.into_apply(&formula, &[&y])?;
        let sums = parts.sum(self.axes)?;
        // Infinite or 0, y is no sum that could be divided by.
        let formula = kernel!(|g, sum| if sum > 0.0 { g / sum } else { g });
        let share = spread(&gradient.apply(&formula, &[&sums])?, self.axes, &shape)?;
        parts.into_apply(&kernel!(|part, share| part * share), &[&share])
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
