use backprop_tensor::{Float, Result, Tensor, kernel};

use crate::{InputGradients, Op, Var, operands};

/// The square: `y = x^2`, `dy/dx = 2 x`.
#[derive(Debug, Clone, Copy)]
pub struct Square;

impl<T: Float> Op<T> for Square {
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.square()?, x.clone()))
    }

    fn backward(
        &self,
        x: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        inputs.add(0, gradient.into_apply(&kernel!(|g, x| g * 2.0 * x), &[], &[&x])?)
    }
}

impl<T: Float> Var<T> {
    /// The square, [`Square`].
    #[track_caller]
    pub fn square(&self) -> Self {
        self.apply(Square)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::unary(Var::square)]
}
