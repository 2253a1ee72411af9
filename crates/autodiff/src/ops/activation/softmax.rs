use backprop_tensor::{Float, Result, Tensor, keep};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Probabilities along an axis: `yᵢ = e^xᵢ / Σⱼ e^xⱼ`, `dyᵢ/dxⱼ = yᵢ (δᵢⱼ - yⱼ)`, so `dL/dx = y (dL/dy - Σ y dL/dy)`.
///
/// A row of nothing but -∞ gives NaN. Where one probability is nearly 1, the gradient, which is a matter of what is left to 1, keeps its digits
/// (in PyTorch it loses them): what is the same in all `dL/dy` does not matter, so the one of a probability above 1/2 is subtracted from them.
///
/// A probability below the normal numbers of the type (1.2e-38 for f32, 2.2e-308 for f64) has lost digits, or all of them: an absolute error of the
/// gradient of at most 2 Σ |dL/dy| times that number, which shows only where `dL/dy` is huge.
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
        inputs.add(0, gradient.into_softmax_gradient(&y, self.axis)?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let (y, gradient) = (at.output(), at.gradient());
        if y.value()?.is_empty() {
            return at.add(0, gradient.clone());
        }
        // What is the same in all of a row does not matter, and that of the largest probability would hide the others.
        let largest = y.value()?.argmax(keep(self.axis))?;
        let gradient = gradient - gradient.gather(self.axis, &largest);
        let mean = (y * &gradient).sum(keep(self.axis));
        at.add(0, y * (gradient - mean))
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
