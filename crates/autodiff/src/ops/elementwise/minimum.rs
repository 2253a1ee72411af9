use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel, math};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The smaller of both with broadcasting: `z = min(x, y)`, `dz/dx = 1` where `x < y`, `dz/dy = 1` where `y < x`, else 0; where
/// they are equal, both are 1/2.
///
/// If one of both is NaN, so is the value, and both derivatives are 1, by [the rule](crate::ops::elementwise#nan).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minimum;

impl<T: Float> Op<T> for Minimum {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        Ok((x.minimum(y)?, [x.clone(), y.clone()]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let share = kernel!(|g, own, other| {
            let share = if own == other { 0.5 * g } else { g };
            if own > other { 0.0 } else { share }
        });
        if inputs.needed(1) {
            inputs.add_broadcast(1, gradient.apply(&share, &[&y, &x])?)?;
        }
        if inputs.needed(0) {
            inputs.add_broadcast(0, gradient.into_apply(&share, &[&x, &y])?)?;
        }
        Ok(())
    }

    fn differentiate(&self, [x, y]: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let half = T::from_f64(0.5);
        let halved = (at.gradient() * half).where_else(&x.equal(y)?, at.gradient());
        if at.needed(0) {
            at.add_broadcast(0, halved.masked_fill(&x.greater(y)?, T::ZERO))?;
        }
        if at.needed(1) {
            at.add_broadcast(1, halved.masked_fill(&y.greater(x)?, T::ZERO))?;
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x, y| math::min(x, y)))
    }
}

impl<T: Float> Var<T> {
    /// The smaller of both, [`Minimum`].
    #[track_caller]
    pub fn minimum(&self, other: &Self) -> Self {
        self.apply_with(Minimum, other)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![Case::binary_distinct(Var::minimum), Case::unary(|x| x.minimum(x))]
}
