use backprop_tensor::{Axes, AxisSet, Float, Result, Shape, Tensor};

use crate::ops::placed::placed;
use crate::ops::rows::Rows;
use crate::{Differential, InputGradients, Op, Var, operands};

/// The median over axes, of an even number of elements the smaller one of the two in the middle: `y = x_m`, `dy/dx_m = 1` for the element
/// that it is, the first one of equals, and 0 for the others.
///
/// Where there is a NaN, that is the first one of them.
#[derive(Debug, Clone, Copy)]
pub struct Median {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Median {
    /// Where it was, and the shape of `x`.
    type Saved = (Tensor<i64>, Shape);

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let count = self.axes.count(x.shape());
        let (y, index) = x
            .nth_smallest(count.saturating_sub(1) / 2, self.axes)
            .map_err(|error| error.within("median"))?;
        Ok((y, (index, *x.shape())))
    }

    fn backward(
        &self,
        (index, shape): Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        inputs.add(0, placed(&gradient, &index, self.axes, &shape)?)
    }

    fn differentiate(&self, (index, shape): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add(0, Rows::new(self.axes, shape).placed(at.gradient(), index)?)
    }
}

impl<T: Float> Var<T> {
    /// The median over axes, [`Median`].
    #[track_caller]
    pub fn median(&self, axes: impl Axes) -> Self {
        self.apply_over("Median", axes, |axes| Median { axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, distinct};

    vec![
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, axis| x.median(axis)),
        Case::over_axis(
            |rng, shape| distinct(shape, rng),
            |x, axis| x.median(keep([axis])),
        ),
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, _| x.median(..)),
        Case::new(|rng| vec![distinct(&[2, 3, 4], rng)], |x| x[0].median([2, 0])),
    ]
}
