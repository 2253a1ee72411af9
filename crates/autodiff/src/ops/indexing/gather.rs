use std::panic::Location;

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
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        inputs.add(
            0,
            Tensor::zeros(shape)?.into_scatter_add(self.axis, &self.index, &gradient)?,
        )
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let zeros = x.constant(Tensor::zeros(x.shape())?);
        at.add(0, zeros.scatter_add(self.axis, &self.index, at.gradient()))
    }
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

    /// The elements in order along an axis, and where they were: a [`Gather`] at these places.
    #[track_caller]
    pub fn sort(&self, axis: isize, descending: bool) -> (Self, Tensor<i64>) {
        let found = self.value.argsort(axis, descending);
        self.gather_at(axis, "sort", found.map_err(|error| error.within("sort")))
    }

    /// The `count` largest or smallest elements in order along an axis, and where they were: a [`Gather`] at these places.
    #[track_caller]
    pub fn topk(&self, count: usize, axis: isize, largest: bool) -> (Self, Tensor<i64>) {
        let found = self.value.topk(count, axis, largest);
        self.gather_at(axis, "topk", found.map(|(_, index)| index))
    }

    #[track_caller]
    fn gather_at(
        &self,
        axis: isize,
        operation: &'static str,
        index: Result<Tensor<i64>>,
    ) -> (Self, Tensor<i64>) {
        let location = Location::caller();
        match index {
            _ if self.has_failed() => (self.clone(), Tensor::default()),
            Ok(index) => (self.gather(axis, &index), index),
            Err(source) => {
                let failed = self.tape().refuse(operation, &[self], location, source);
                (failed, Tensor::default())
            }
        }
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, distinct, normal};

    vec![
        Case::new(
            |rng| vec![normal(&[3, 2], rng)],
            |x| x[0].gather(0, &Tensor::from([[0, 2], [2, 2], [1, 0], [0, 1]])),
        ),
        Case::new(
            |rng| vec![normal(&[2, 3], rng)],
            |x| x[0].gather(-1, &Tensor::from([[2, 2], [0, 1]])),
        ),
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, axis| x.sort(axis, false).0),
        Case::over_axis(
            |rng, shape| distinct(shape, rng),
            |x, axis| x.topk(1, axis, true).0,
        ),
    ]
}
