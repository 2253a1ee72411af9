use backprop_tensor::{Float, Result, Shape, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The part at one index of an axis, without the axis. The gradient is 0 elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Select {
    /// The axis; negative ones count from the end.
    pub axis: isize,
    /// The index.
    pub index: usize,
}

impl<T: Float> Op<T> for Select {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.select(self.axis, self.index)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        let (axis, padding) = self.rest(&shape)?;
        inputs.add(0, gradient.unsqueeze(axis)?.pad(&padding, T::ZERO)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let (axis, padding) = self.rest(x.shape())?;
        at.add(0, at.gradient().unsqueeze(axis).pad(&padding, T::ZERO))
    }
}

impl Select {
    /// The axis, and what lies around the part.
    fn rest(&self, shape: &Shape) -> Result<(isize, Vec<(usize, usize)>)> {
        let axis = shape.axis("select", self.axis)?;
        let mut padding = vec![(0, 0); shape.rank()];
        padding[axis] = (self.index, shape[axis] - self.index - 1);
        Ok((axis as isize, padding))
    }
}

impl<T: Float> Var<T> {
    /// The part at one index of an axis, [`Select`].
    #[track_caller]
    pub fn select(&self, axis: isize, index: usize) -> Self {
        self.apply(Select { axis, index })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.select(axis, 0)),
        Case::new(|rng| vec![normal(&[2, 3, 4], rng)], |x| x[0].select(-2, 2)),
    ]
}
