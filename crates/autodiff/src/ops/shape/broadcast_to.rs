use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Repeated to a larger shape. The gradient is summed over what was repeated.
#[derive(Debug, Clone)]
pub struct BroadcastTo {
    /// The shape.
    pub shape: Box<[usize]>,
}

impl<T: Float> Op<T> for BroadcastTo {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.broadcast_to(&self.shape)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add_broadcast(0, gradient)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add_broadcast(0, at.gradient().clone())
    }
}

impl<T: Float> Var<T> {
    /// Repeated to a larger shape, [`BroadcastTo`].
    #[track_caller]
    pub fn broadcast_to(&self, shape: impl AsRef<[usize]>) -> Self {
        self.apply(BroadcastTo {
            shape: shape.as_ref().into(),
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.broadcast_to([&[3], x.shape().dims()].concat())),
        Case::new(|rng| vec![normal(&[3, 1], rng)], |x| x[0].broadcast_to([2, 3, 4])),
    ]
}
