use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The elements of a source added to those at their indices along an axis: `y = x`, then `y[index[i, j], j] += s[i, j]` for axis 0. `dL/dx = dL/dy`, `dL/ds` is `dL/dy` at the indices.
#[derive(Debug, Clone)]
pub struct ScatterAdd {
    /// The axis; negative ones count from the end.
    pub axis: isize,
    /// The indices.
    pub index: Tensor<i64>,
}

impl<T: Float> Op<T> for ScatterAdd {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, source] = operands(inputs)?;
        Ok((x.scatter_add(self.axis, &self.index, source)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        if inputs.needed(1) {
            inputs.add(1, gradient.gather(self.axis, &self.index)?)?;
        }
        inputs.add(0, gradient)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        if at.needed(1) {
            at.add(1, at.gradient().gather(self.axis, &self.index))?;
        }
        at.add(0, at.gradient().clone())
    }
}

impl<T: Float> Var<T> {
    /// The elements of a source added to those at their indices along an axis, [`ScatterAdd`].
    #[track_caller]
    pub fn scatter_add(&self, axis: isize, index: &Tensor<i64>, source: &Self) -> Self {
        let index = index.clone();
        self.apply_with(ScatterAdd { axis, index }, source)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![Case::new(
        |rng| vec![normal(&[3, 2], rng), normal(&[4, 2], rng)],
        |x| x[0].scatter_add(0, &Tensor::from([[0, 2], [2, 2], [1, 0], [0, 1]]), &x[1]),
    )]
}
