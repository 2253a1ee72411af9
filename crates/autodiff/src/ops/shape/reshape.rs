use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The same elements, in row-major order, in another shape. The gradient goes back to the old one.
#[derive(Debug, Clone)]
pub struct Reshape {
    /// The shape.
    pub shape: Box<[usize]>,
}

impl<T: Float> Op<T> for Reshape {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.reshape(&self.shape)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        inputs.add(0, gradient.reshape(shape)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        at.add(0, at.gradient().reshape(x.shape()))
    }
}

impl<T: Float> Var<T> {
    /// The same elements in another shape, [`Reshape`].
    #[track_caller]
    pub fn reshape(&self, shape: impl AsRef<[usize]>) -> Self {
        self.apply(Reshape {
            shape: shape.as_ref().into(),
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.reshape([x.shape().count()])),
        Case::new(|rng| vec![normal(&[2, 3, 2], rng)], |x| x[0].reshape([3, 4])),
    ]
}
