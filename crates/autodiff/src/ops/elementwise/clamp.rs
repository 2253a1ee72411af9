use backprop_tensor::{Float, Result, Tensor, kernel};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Between two bounds: `y = min(max(x, min), max)`, `dy/dx = 1` for `min < x < max`, else 0, at the bounds too.
///
/// NaN stays NaN, with a derivative of 1, as [everywhere](crate::ops::elementwise#nan). An infinite bound is none. If `min > max`, `y = max` everywhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clamp<T> {
    /// The least value.
    pub min: T,
    /// The greatest value.
    pub max: T,
}

impl<T: Float> Op<T> for Clamp<T> {
    /// `x`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.clamp(self.min, self.max)?, x.clone()))
    }

    fn backward(
        &self,
        x: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let kernel = kernel!(|g, x; min: self.min, max: self.max| if x <= min || x >= max { 0.0 } else { g });
        inputs.add(0, gradient.into_apply(&kernel, &[&x])?)
    }

    fn differentiate(&self, x: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let scalar = Tensor::scalar;
        let below = x.less_equal(&scalar(self.min))?;
        let cut = below.or(&x.greater_equal(&scalar(self.max))?)?;
        at.add(0, at.gradient().masked_fill(&cut, T::ZERO))
    }
}

impl<T: Float> Var<T> {
    /// The nearest value between two bounds, [`Clamp`].
    #[track_caller]
    pub fn clamp(&self, min: T, max: T) -> Self {
        self.apply(Clamp { min, max })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(|x| x.clamp(-0.4, 0.6)),
        Case::unary_distinct(|x| x.clamp(f64::NEG_INFINITY, 0.2)),
        Case::unary_distinct(|x| x.clamp(0.4, -0.4)),
    ]
}
