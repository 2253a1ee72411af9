use backprop_tensor::{Float, Result, Tensor, keep, kernel};

use crate::ops::range;
use crate::{InputGradients, Op, Var, operands};

/// Probabilities along an axis: `yᵢ = e^xᵢ / Σⱼ e^xⱼ`, `dyᵢ/dxⱼ = yᵢ (δᵢⱼ - yⱼ)`, so `dL/dx = y (dL/dy - Σ y dL/dy)`.
///
/// A row of nothing but -∞ gives NaN. Where one probability is nearly 1, the gradient, which is a matter of what is left to 1, keeps its digits
/// (in PyTorch it loses them): what is the same in all `dL/dy` does not matter, so the one of a probability above 1/2 is subtracted from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Softmax {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Softmax {
    /// `y`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.softmax(self.axis)?;
        Ok((y.clone(), y))
    }

    fn backward(
        &self,
        y: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        if range::none_above(&y, T::from_f64(0.5))? {
            let sum = gradient.try_mul(&y)?.sum(keep(self.axis))?;
            let kernel = kernel!(|g, y, sum| y * (g - sum));
            return inputs.add(0, gradient.into_apply(&kernel, &[], &[&y, &sum])?);
        }
        let of_largest = kernel!(|g, y| if y > 0.5 && g.is_finite() { g } else { 0.0 });
        let shift = gradient.apply(&of_largest, &[], &[&y])?.sum(keep(self.axis))?;
        let products = kernel!(|g, y, shift| (g - shift) * y);
        let sum = gradient
            .apply(&products, &[], &[&y, &shift])?
            .sum(keep(self.axis))?;
        let kernel = kernel!(|g, y, shift, sum| y * ((g - shift) - sum));
        inputs.add(0, gradient.into_apply(&kernel, &[], &[&y, &shift, &sum])?)
    }
}

impl<T: Float> Var<T> {
    /// Probabilities along an axis, [`Softmax`].
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Self {
        self.apply(Softmax { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), Var::softmax),
        Case::over_axis(
            |rng, shape| normal(shape, rng),
            |x, axis| (x * 20.0 + 100.0).softmax(axis),
        ),
    ]
}
