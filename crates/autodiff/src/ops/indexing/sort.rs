use backprop_tensor::{Float, Result, Tensor};

use super::gather::{differentiate_picked, give_back};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The elements in order along an axis: `y_i = x_(p_i)` with the places `p` in the order of the elements, `dy_i/dx_(p_i) = 1`, else 0.
///
/// Equal elements keep their order, in both directions; NaN counts as larger than all numbers, as in PyTorch.
#[derive(Debug, Clone, Copy)]
pub struct Sort {
    /// The axis; negative ones count from the end.
    pub axis: isize,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl<T: Float> Op<T> for Sort {
    /// Where the elements were.
    type Saved = Tensor<i64>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        x.sort(self.axis, self.descending)
    }

    fn backward(
        &self,
        index: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        give_back(self.axis, &index, &gradient, inputs)
    }

    fn differentiate(&self, index: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        differentiate_picked(self.axis, index, at)
    }
}

impl<T: Float> Var<T> {
    /// The elements in order along an axis, [`Sort`], and where they were.
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::Tensor;
    ///
    /// let x = Tape::new().variable(Tensor::from([3.0, 1.0, 2.0]));
    /// let (y, places) = x.sort(0, false);
    /// assert_eq!(y.value()?, &Tensor::from([1.0, 2.0, 3.0]));
    /// assert_eq!(places, Tensor::from([1, 2, 0]));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn sort(&self, axis: isize, descending: bool) -> (Self, Tensor<i64>) {
        let op = Sort { axis, descending };
        let (y, index) = self.tape().apply_reading(op, &[self], Tensor::clone);
        (y, index.unwrap_or_default())
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, distinct};

    vec![
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, axis| x.sort(axis, false).0),
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, axis| x.sort(axis, true).0),
    ]
}
