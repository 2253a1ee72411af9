use backprop_tensor::{Float, Result, Tensor};

use super::gather::{differentiate_picked, give_back};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The largest or the smallest elements in order along an axis, the beginning of what [`Sort`](crate::ops::Sort) gives: `y_i = x_(p_i)` for `i < k`,
/// `dy_i/dx_(p_i) = 1`, else 0.
#[derive(Debug, Clone, Copy)]
pub struct Topk {
    /// `k`, at most the length of the axis.
    pub count: usize,
    /// The axis; negative ones count from the end.
    pub axis: isize,
    /// Whether they are the largest.
    pub largest: bool,
}

impl<T: Float> Op<T> for Topk {
    /// Where the elements were.
    type Saved = Tensor<i64>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        x.topk(self.count, self.axis, self.largest)
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
    /// The `count` largest or smallest elements in order along an axis, [`Topk`], and where they were.
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::Tensor;
    ///
    /// let x = Tape::new().variable(Tensor::from([3.0, 1.0, 2.0]));
    /// let (y, places) = x.topk(2, 0, true);
    /// assert_eq!(y.value()?, &Tensor::from([3.0, 2.0]));
    /// assert_eq!(places, Tensor::from([0, 2]));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn topk(&self, count: usize, axis: isize, largest: bool) -> (Self, Tensor<i64>) {
        let op = Topk { count, axis, largest };
        let (y, index) = self.tape().apply_reading(op, &[self], Tensor::clone);
        (y, index.unwrap_or_default())
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, distinct};

    vec![
        Case::over_axis(
            |rng, shape| distinct(shape, rng),
            |x, axis| x.topk(1, axis, true).0,
        ),
        Case::new(|rng| vec![distinct(&[4, 3], rng)], |x| x[0].topk(2, 0, false).0),
    ]
}
