use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel};

use crate::ops::spread::spread;
use crate::{InputGradients, Op, Var, operands};

/// The product over axes: `y = Π x_i`, `dy/dx_i = Π x_j` over all `j` but `i`.
///
/// That is `y / x_i`, except where there are zeros: with one, its element alone has a gradient, the product of the others; with more, none has.
#[derive(Debug, Clone, Copy)]
pub struct Prod {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Prod {
    /// `x`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.prod(self.axes)?, x.clone()))
    }

    fn backward(
        &self,
        x: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let shape = *x.shape();
        let zeros = x
            .apply(&kernel!(|x| if x == 0.0 { 1.0 } else { 0.0 }), &[], &[])?
            .sum(self.axes.keep())?;
        let others = x
            .apply(&kernel!(|x| if x == 0.0 { 1.0 } else { x }), &[], &[])?
            .prod(self.axes.keep())?;
        let gradient = spread(&gradient, self.axes, &shape)?;
        // Where the element is the only zero, what the others give; where there is no zero, the quotient.
        let formula = kernel!(|x, zeros, others, g| if zeros == 0.0 {
            g * others / x
        } else if x == 0.0 && zeros == 1.0 {
            g * others
        } else {
            0.0
        });
        inputs.add(0, x.into_apply(&formula, &[], &[&zeros, &others, &gradient])?)
    }
}

impl<T: Float> Var<T> {
    /// The product over axes, [`Prod`].
    #[track_caller]
    pub fn prod(&self, axes: impl Axes) -> Self {
        self.apply_over("Prod", axes, |axes| Prod { axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::{Rng, keep};

    use crate::ops::cases::{Case, normal};

    fn with_zeros(rng: &mut Rng, shape: &[usize]) -> Tensor<f64> {
        normal(shape, rng) * Tensor::<f64>::bernoulli(shape, 0.6, rng).unwrap()
    }

    vec![
        Case::unary(|x| x.prod(..)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.prod(axis)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.prod(keep([axis]))),
        Case::over_axis(with_zeros, |x, axis| x.prod(axis)),
    ]
}
