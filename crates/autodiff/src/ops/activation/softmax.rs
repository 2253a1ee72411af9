use backprop_tensor::{Float, Result, Tensor, keep, kernel};

use crate::{InputGradients, Op, Var, operands};

/// Probabilities along an axis: `yᵢ = e^xᵢ / Σⱼ e^xⱼ`, `dyᵢ/dxⱼ = yᵢ (δᵢⱼ - yⱼ)`, so `dL/dx = y (dL/dy - Σ y dL/dy)`.
///
/// A row of nothing but -∞ gives NaN. Where one probability is nearly 1, the gradient is right to the error of [`Tensor::softmax`](backprop_tensor::Tensor::softmax) relative to 1, not to what is left to
/// 1, as in PyTorch.
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
        let sum = gradient.try_mul(&y)?.sum(keep(self.axis))?;
        inputs.add(
            0,
            gradient.into_apply(&kernel!(|g, y, sum| y * (g - sum)), &[], &[&y, &sum])?,
        )
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
