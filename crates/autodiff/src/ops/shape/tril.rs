use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The elements on and below a diagonal of the last two axes, 0 elsewhere; of the gradient, the same.
#[derive(Debug, Clone, Copy)]
pub struct Tril {
    /// Which diagonal: 0 the main one, positive ones above it.
    pub diagonal: isize,
}

impl<T: Float> Op<T> for Tril {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.tril(self.diagonal)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient.tril(self.diagonal)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add(0, at.gradient().tril(self.diagonal))
    }
}

impl<T: Float> Var<T> {
    /// The elements on and below a diagonal, [`Tril`].
    #[track_caller]
    pub fn tril(&self, diagonal: isize) -> Self {
        self.apply(Tril { diagonal })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::new(|rng| vec![normal(&[2, 3, 4], rng)], |x| x[0].tril(0)),
        Case::new(|rng| vec![normal(&[4, 3], rng)], |x| x[0].tril(-1)),
    ]
}
