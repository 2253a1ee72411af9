use std::ops::{Bound, RangeBounds};
use std::panic::Location;

use backprop_tensor::{Float, Result, Shape, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// Every `step`-th element of an axis in a range; backwards from its end with a negative step. The gradient is 0 elsewhere.
#[derive(Debug, Clone)]
pub struct Slice {
    /// The axis; negative ones count from the end.
    pub axis: isize,
    /// The range.
    pub range: (Bound<usize>, Bound<usize>),
    /// The step.
    pub step: isize,
}

impl<T: Float> Op<T> for Slice {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.slice_step(self.axis, self.range, self.step)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        let places = self.places(&shape)?;
        inputs.add(
            0,
            Tensor::zeros(shape)?.into_index_add(self.axis, &places, &gradient)?,
        )
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let zeros = x.constant(Tensor::zeros(x.shape())?);
        at.add(
            0,
            zeros.index_add(self.axis, &self.places(x.shape())?, at.gradient()),
        )
    }
}

impl Slice {
    /// Where the elements are along the axis.
    fn places(&self, shape: &Shape) -> Result<Tensor<i64>> {
        let axis = shape.axis("slice", self.axis)?;
        Tensor::arange(0, shape[axis] as i64, 1)?.slice_step(0, self.range, self.step)
    }
}

impl<T: Float> Var<T> {
    /// The elements of an axis in a range, [`Slice`].
    #[track_caller]
    pub fn slice(&self, axis: isize, range: impl RangeBounds<usize>) -> Self {
        self.slice_step(axis, range, 1)
    }

    /// Every `step`-th element of an axis in a range, [`Slice`].
    #[track_caller]
    pub fn slice_step(&self, axis: isize, range: impl RangeBounds<usize>, step: isize) -> Self {
        let range = (range.start_bound().cloned(), range.end_bound().cloned());
        self.apply(Slice { axis, range, step })
    }

    /// Parts of these lengths along an axis, which together are all of it.
    ///
    /// If they are not, each part has failed.
    #[track_caller]
    pub fn split(&self, axis: isize, lengths: &[usize]) -> Vec<Self> {
        let location = Location::caller();
        if let Err(source) = self.value.split(axis, lengths)
            && !self.has_failed()
        {
            let failed = self.tape().refuse("split", &[self], location, source);
            return vec![failed; lengths.len()];
        }
        let ends = lengths.iter().scan(0_usize, |end, length| {
            *end = end.saturating_add(*length);
            Some(*end)
        });
        let parts = ends
            .zip(lengths)
            .map(|(end, length)| self.slice(axis, end - length..end));
        parts.collect()
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.slice(axis, 1..)),
        Case::over_axis(
            |rng, shape| normal(shape, rng),
            |x, axis| x.slice_step(axis, .., -2),
        ),
        Case::new(
            |rng| vec![normal(&[2, 5], rng)],
            |x| {
                let parts = x[0].split(1, &[2, 0, 3]);
                parts[2].matmul(&parts[2].transpose(0, 1)) + parts[0].sum(..) + parts[1].sum(..)
            },
        ),
    ]
}
