use backprop_tensor::{Axes, AxisSet, Float, Result, Shape, Tensor, kernel};

use crate::ops::placed::placed;
use crate::ops::rows::Rows;
use crate::{Differential, InputGradients, Op, Var, operands};

/// The quantile over axes, interpolated between the elements `x_l` and `x_u` next to the place `q (n - 1)` of their order:
/// `y = (1 - w) x_l + w x_u`, `dy/dx_l = 1 - w`, `dy/dx_u = w`, and 0 for the others. Of equal elements the first one comes first.
///
/// Where there is a NaN, the gradient is that of the first one of them.
#[derive(Debug, Clone, Copy)]
pub struct Quantile {
    /// The fraction of the elements below it, from 0 to 1.
    pub q: f64,
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Quantile {
    /// Where the elements were and what they weigh, and the shape of `x`.
    type Saved = (Vec<(Tensor<i64>, T)>, Shape);

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let (y, elements) = x.quantile_of(self.q, self.axes)?;
        Ok((y, (elements, *x.shape())))
    }

    fn backward(
        &self,
        (elements, shape): Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        for (index, weight) in elements {
            let part = gradient.apply(&kernel!(|g; weight| g * weight), &[])?;
            inputs.add(0, placed(&part, &index, self.axes, &shape)?)?;
        }
        Ok(())
    }

    fn differentiate(&self, (elements, shape): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let rows = Rows::new(self.axes, shape);
        elements
            .iter()
            .try_for_each(|(index, weight)| at.add(0, rows.placed(&(at.gradient() * *weight), index)?))
    }
}

impl<T: Float> Var<T> {
    /// The quantile over axes, [`Quantile`].
    #[track_caller]
    pub fn quantile(&self, q: f64, axes: impl Axes) -> Self {
        self.apply_over("Quantile", axes, |axes| Quantile { q, axes })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, distinct};

    vec![
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, axis| x.quantile(0.3, axis)),
        Case::over_axis(
            |rng, shape| distinct(shape, rng),
            |x, axis| x.quantile(0.5, keep([axis])),
        ),
        Case::over_axis(|rng, shape| distinct(shape, rng), |x, _| x.quantile(1.0, ..)),
        Case::new(
            |rng| vec![distinct(&[2, 3, 4], rng)],
            |x| x[0].quantile(0.77, [2, 0]),
        ),
    ]
}
