use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// A constant around the elements. The gradient loses the border again.
#[derive(Debug, Clone)]
pub struct Pad {
    /// How much before and after, for each axis.
    pub padding: Box<[(usize, usize)]>,
    /// The constant.
    pub value: f64,
}

impl<T: Float> Op<T> for Pad {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.pad(&self.padding, T::from_f64(self.value))?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        let mut inner = gradient;
        for ((axis, &length), &(before, _)) in shape.iter().enumerate().zip(&self.padding) {
            inner = inner.slice(axis as isize, before..before + length)?;
        }
        inputs.add(0, inner)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let mut inner = at.gradient().clone();
        for ((axis, &length), &(before, _)) in x.shape().iter().enumerate().zip(&self.padding) {
            inner = inner.slice(axis as isize, before..before + length);
        }
        at.add(0, inner)
    }
}

impl<T: Float> Var<T> {
    /// With a constant around the elements, [`Pad`]: how much before and after, for each axis.
    #[track_caller]
    pub fn pad(&self, padding: &[(usize, usize)], value: T) -> Self {
        self.apply(Pad {
            padding: padding.into(),
            value: value.to_f64(),
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.pad(&vec![(1, 2); x.rank()], 0.5)),
        Case::new(
            |rng| vec![normal(&[2, 3], rng)],
            |x| x[0].pad(&[(0, 0), (3, 0)], 0.0),
        ),
    ]
}
