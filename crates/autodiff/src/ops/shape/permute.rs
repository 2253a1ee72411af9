use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The axes in another order; in the gradient, back in the old one.
#[derive(Debug, Clone)]
pub struct Permute {
    /// Which axis comes first, second, and so on; negative ones count from the end.
    pub axes: Box<[isize]>,
}

impl<T: Float> Op<T> for Permute {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.permute(&self.axes)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient.permute(self.back())?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add(0, at.gradient().permute(self.back()))
    }
}

impl Permute {
    /// The order that brings the axes back.
    fn back(&self) -> Vec<isize> {
        let mut back = vec![0; self.axes.len()];
        for (to, &from) in self.axes.iter().enumerate() {
            back[from.rem_euclid(self.axes.len() as isize) as usize] = to as isize;
        }
        back
    }
}

impl<T: Float> Var<T> {
    /// The axes in another order, [`Permute`].
    #[track_caller]
    pub fn permute(&self, axes: impl AsRef<[isize]>) -> Self {
        self.apply(Permute {
            axes: axes.as_ref().into(),
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.permute((0..x.rank() as isize).rev().collect::<Vec<_>>())),
        Case::new(|rng| vec![normal(&[2, 3, 4], rng)], |x| x[0].permute([-1, 0, 1])),
    ]
}
