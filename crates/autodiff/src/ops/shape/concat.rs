use backprop_tensor::{Error, Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var};

/// Tensors one after another along an axis. Each has its part of the gradient.
#[derive(Debug, Clone, Copy)]
pub struct Concat {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Concat {
    /// The lengths of the parts.
    type Saved = Vec<usize>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let y = Tensor::concat(inputs, self.axis)?;
        let axis = y.shape().axis("concat", self.axis)?;
        let lengths = inputs.iter().map(|x| x.shape().get(axis).copied().unwrap_or(0));
        Ok((y, lengths.collect()))
    }

    fn backward(
        &self,
        lengths: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let parts = gradient.split(self.axis, &lengths)?;
        parts
            .into_iter()
            .enumerate()
            .try_for_each(|(index, part)| inputs.add(index, part))
    }

    fn differentiate(&self, lengths: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let parts = at.gradient().split(self.axis, lengths);
        parts
            .into_iter()
            .enumerate()
            .try_for_each(|(index, part)| at.add(index, part))
    }
}

impl<T: Float> Var<T> {
    /// Variables of one tape one after another along an axis, [`Concat`].
    ///
    /// # Errors
    /// If there are none, for want of a tape that the result could be on; a wrong shape sticks to the tape.
    #[track_caller]
    pub fn concat(variables: &[&Self], axis: isize) -> crate::Result<Self> {
        match variables.first() {
            Some(first) => Ok(first.tape().apply(Concat { axis }, variables)),
            None => Err(Error::argument("concat", "variables", 0, "needs at least one").into()),
        }
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::new(
            |rng| vec![normal(&[2, 3], rng), normal(&[2, 0], rng), normal(&[2, 2], rng)],
            |x| Var::concat(&[&x[0], &x[1], &x[2]], -1).unwrap(),
        ),
        Case::over_axis(
            |rng, shape| normal(shape, rng),
            |x, axis| Var::concat(&[x, x], axis).unwrap(),
        ),
    ]
}
