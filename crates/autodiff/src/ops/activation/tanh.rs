use backprop_tensor::{Float, Result, Tensor, kernel};

use crate::{InputGradients, Op, Var, operands};

/// The hyperbolic tangent: `y = (e^x - e^-x) / (e^x + e^-x)`, `dy/dx = 1 - y^2`.
#[derive(Debug, Clone, Copy)]
pub struct Tanh;

impl<T: Float> Op<T> for Tanh {
    /// `y`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.tanh()?;
        Ok((y.clone(), y))
    }

    fn backward(
        &self,
        y: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        inputs.add(
            0,
            gradient.into_apply(&kernel!(|g, y| g * (1.0 - y * y)), &[], &[&y])?,
        )
    }
}

impl<T: Float> Var<T> {
    /// The hyperbolic tangent, [`Tanh`].
    #[track_caller]
    pub fn tanh(&self) -> Self {
        self.apply(Tanh)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary(Var::tanh)]
}
