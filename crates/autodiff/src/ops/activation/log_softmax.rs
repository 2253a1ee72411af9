use backprop_tensor::{Float, Result, Tensor, keep};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The logarithm of [`Softmax`](super::Softmax): `yᵢ = xᵢ - ln Σⱼ e^xⱼ`, `dyᵢ/dxⱼ = δᵢⱼ - e^yⱼ`, so `dL/dx = dL/dy - e^y Σ dL/dy`.
///
/// A row of nothing but -∞ gives NaN. Where one probability is nearly 1, its logarithm and the gradient, which is a matter of what is left to 1,
/// keep their digits (in PyTorch they lose them): with `e^yᵢ > 1/2`, the gradient is `(1 - e^yᵢ) dL/dyᵢ - e^yᵢ Σ dL/dyⱼ` over the others.
///
/// A probability below the normal numbers of the type (1.2e-38 for f32, 2.2e-308 for f64) has lost digits, or all of them: an absolute error of the
/// gradient of at most 2 Σ |dL/dy| times that number, which shows only where `dL/dy` is huge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSoftmax {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for LogSoftmax {
    /// `y`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.log_softmax(self.axis)?;
        Ok((y.clone(), y))
    }

    fn backward(
        &self,
        y: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        inputs.add(0, gradient.into_log_softmax_gradient(&y, self.axis)?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        at.add(0, gradient_of_scores(x, at.gradient(), self.axis)?)
    }
}

/// The gradient of `x` from that of its log softmax, in variables.
pub(crate) fn gradient_of_scores<T: Float>(
    x: &Var<T>,
    gradient: &Var<T>,
    axis: isize,
) -> crate::Result<Var<T>> {
    let shares = x.softmax(axis);
    let rest = gradient - &shares * gradient.sum(keep(axis));
    let is_most = shares.value()?.greater(&Tensor::scalar(T::from_f64(0.5)))?;
    if !is_most.to_vec().contains(&true) {
        return Ok(rest);
    }
    let others = |x: &Var<T>| x.masked_fill(&is_most, T::ZERO).sum(keep(axis));
    let most = gradient * others(&shares) - shares * others(gradient);
    Ok(most.where_else(&is_most, &rest))
}

impl<T: Float> Var<T> {
    /// The logarithm of the probabilities along an axis, [`LogSoftmax`].
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Self {
        self.apply(LogSoftmax { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), Var::log_softmax),
        Case::over_axis(
            |rng, shape| normal(shape, rng),
            |x, axis| (x * 20.0 + 100.0).log_softmax(axis),
        ),
    ]
}
