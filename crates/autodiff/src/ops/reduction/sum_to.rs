use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Summed over the axes that a smaller shape was stretched along to give this one: the opposite of
/// [`BroadcastTo`](super::super::BroadcastTo), which its gradient is.
#[derive(Debug, Clone)]
pub struct SumTo {
    /// The smaller shape, which broadcasts to that of `x`.
    pub shape: Box<[usize]>,
}

impl<T: Float> Op<T> for SumTo {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.sum_to(&self.shape)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        inputs.add(0, gradient.broadcast_to(shape)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        at.add(0, at.gradient().broadcast_to(x.shape()))
    }
}

impl<T: Float> Var<T> {
    /// Summed over the axes that a smaller shape was stretched along to give this one, [`SumTo`].
    ///
    /// ```
    /// # use backprop_autodiff::Tape;
    /// # use backprop_tensor::Tensor;
    /// let x = Tape::new().variable(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]));
    /// assert_eq!(x.sum_to([2]).value()?, &Tensor::from([4.0, 6.0]));
    /// assert_eq!(x.sum_to([2, 1]).value()?, &Tensor::from([[3.0], [7.0]]));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn sum_to(&self, shape: impl AsRef<[usize]>) -> Self {
        self.apply(SumTo {
            shape: shape.as_ref().into(),
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    let to = |shape: &'static [usize]| {
        Case::new(
            |rng| vec![normal(&[2, 3, 4], rng)],
            move |x: &[Var<f64>]| x[0].sum_to(shape),
        )
    };
    vec![to(&[4]), to(&[2, 1, 4]), to(&[3, 1]), to(&[2, 3, 4]), to(&[])]
}
