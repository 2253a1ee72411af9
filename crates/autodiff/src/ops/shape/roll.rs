use backprop_tensor::{Float, Result, Shape, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The elements moved along an axis, those at its end to its beginning; in the gradient, moved back.
#[derive(Debug, Clone, Copy)]
pub struct Roll {
    /// How far.
    pub shift: isize,
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Roll {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.roll(self.shift, self.axis)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let back = self.back(gradient.shape())?;
        inputs.add(0, gradient.roll(back, self.axis)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let back = self.back(at.gradient().shape())?;
        at.add(0, at.gradient().roll(back, self.axis))
    }
}

impl Roll {
    /// How far to move the elements back.
    fn back(&self, shape: &Shape) -> Result<isize> {
        let length = shape[shape.axis("roll", self.axis)?].max(1) as isize;
        Ok(-self.shift.rem_euclid(length))
    }
}

impl<T: Float> Var<T> {
    /// The elements moved along an axis, [`Roll`].
    #[track_caller]
    pub fn roll(&self, shift: isize, axis: isize) -> Self {
        self.apply(Roll { shift, axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.roll(2, axis)),
        Case::over_axis(
            |rng, shape| normal(shape, rng),
            |x, axis| x.roll(isize::MIN, axis),
        ),
    ]
}
