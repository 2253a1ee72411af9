use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel, math};

use crate::ops::range;
use crate::ops::spread::{spread, spread_var};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The Euclidean norm over axes: `y = sqrt(Σ x_i^2)`, `dy/dx_i = x_i / y`, and 0 where `y` is 0, as in PyTorch, with 0 for
/// the further derivatives there too.
#[derive(Debug, Clone, Copy)]
pub struct Norm {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Norm {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.norm(self.axes)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let shape = *x.shape();
        if let Some(quotients) = range::quotients(&gradient, &y, &y, T::ONE)? {
            let quotients = spread(&quotients, self.axes, &shape)?;
            return inputs.add(
                0,
                x.into_apply(&kernel!(|x, quotient| x * quotient), &[&quotients])?,
            );
        }
        let shrink = range::shrink::<T>();
        let small = x.apply(&kernel!(|x; shrink| x * shrink), &[])?;
        let spread = |reduced: &Tensor<T>| spread(reduced, self.axes, &shape);
        let (y, small_y, gradient) = (spread(&y)?, spread(&small.norm(self.axes)?)?, spread(&gradient)?);
        let formula = kernel!(|x, y, small_y, g; shrink| {
            // Where the norm itself is infinite, that of smaller numbers is not.
            let (x, y) = if y.is_finite() { (x, y) } else { (x * shrink, small_y) };
            if y == 0.0 { 0.0 } else { math::mul_div(g, x, y) }
        });
        inputs.add(0, x.into_apply(&formula, &[&y, &small_y, &gradient])?)
    }

    fn differentiate(&self, [_, y]: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let is_zero = y.equal(&Tensor::scalar(T::ZERO))?;
        let quotient = at.gradient() / at.output().masked_fill(&is_zero, T::ONE);
        let quotient = quotient.masked_fill(&is_zero, T::ZERO);
        at.add(0, x * spread_var(&quotient, self.axes, x.shape()))
    }
}

impl<T: Float> Var<T> {
    /// The Euclidean norm over axes, [`Norm`].
    #[track_caller]
    pub fn norm(&self, axes: impl Axes) -> Self {
        self.apply_over("Norm", axes, |axes| Norm { axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.norm(..)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.norm(axis)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.norm(keep([axis]))),
    ]
}
