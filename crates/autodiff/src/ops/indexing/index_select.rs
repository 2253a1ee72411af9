use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The parts at some indices of an axis, in their order: `y[i] = x[index[i]]` for axis 0. The gradients of a part chosen several times add up.
#[derive(Debug, Clone)]
pub struct IndexSelect {
    /// The axis; negative ones count from the end.
    pub axis: isize,
    /// The indices.
    pub index: Tensor<i64>,
}

impl<T: Float> Op<T> for IndexSelect {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.index_select(self.axis, &self.index)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        inputs.add(
            0,
            Tensor::zeros(shape)?.into_index_add(self.axis, &self.index, &gradient)?,
        )
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let zeros = x.constant(Tensor::zeros(x.shape())?);
        at.add(0, zeros.index_add(self.axis, &self.index, at.gradient()))
    }
}

impl<T: Float> Var<T> {
    /// The parts at some indices of an axis, [`IndexSelect`].
    #[track_caller]
    pub fn index_select(&self, axis: isize, index: &Tensor<i64>) -> Self {
        self.apply(IndexSelect {
            axis,
            index: index.clone(),
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::new(
            |rng| vec![normal(&[3, 2], rng)],
            |x| x[0].index_select(0, &Tensor::from([2, 0, 2])),
        ),
        Case::new(
            |rng| vec![normal(&[2, 3, 2], rng)],
            |x| x[0].index_select(-2, &Tensor::from([1])),
        ),
    ]
}
