use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// One element for each index along an axis: `y[i, j] = x[index[i, j], j]` for axis 0. The gradients of an element chosen several times add up.
#[derive(Debug, Clone)]
pub struct Gather {
    /// The axis; negative ones count from the end.
    pub axis: isize,
    /// The indices.
    pub index: Tensor<i64>,
}

impl<T: Float> Op<T> for Gather {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.gather(self.axis, &self.index)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        give_back(self.axis, &self.index, &gradient, inputs)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        differentiate_picked(self.axis, &self.index, at)
    }
}

/// Gives the gradient of elements picked along an axis to those that they were.
pub(super) fn give_back<T: Float>(
    axis: isize,
    index: &Tensor<i64>,
    gradient: &Tensor<T>,
    inputs: &mut InputGradients<'_, T>,
) -> Result<()> {
    let Some(shape) = inputs.shape(0) else {
        return Ok(());
    };
    inputs.add(0, Tensor::zeros(shape)?.into_scatter_add(axis, index, gradient)?)
}

/// As [`give_back`], in variables.
pub(super) fn differentiate_picked<T: Float>(
    axis: isize,
    index: &Tensor<i64>,
    at: &Differential<T>,
) -> crate::Result<()> {
    let [x] = at.operands()?;
    let zeros = x.constant(Tensor::zeros(x.shape())?);
    at.add(0, zeros.scatter_add(axis, index, at.gradient()))
}

impl<T: Float> Var<T> {
    /// One element for each index along an axis, [`Gather`].
    #[track_caller]
    pub fn gather(&self, axis: isize, index: &Tensor<i64>) -> Self {
        self.apply(Gather {
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
            |x| x[0].gather(0, &Tensor::from([[0, 2], [2, 2], [1, 0], [0, 1]])),
        ),
        Case::new(
            |rng| vec![normal(&[2, 3], rng)],
            |x| x[0].gather(-1, &Tensor::from([[2, 2], [0, 1]])),
        ),
    ]
}
