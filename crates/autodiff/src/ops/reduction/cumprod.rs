use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The products so far along an axis: `y_i = x_0 x_1 ... x_i`.
///
/// `dL/dx_k = p_k s_k` with the product before, `p_k = x_0 ... x_(k-1)`, and what follows, `s_k = dL/dy_k + x_(k+1) s_(k+1)`: in linear time,
/// and right where elements are 0, as nothing is divided by them. Computed in double precision; what is multiplied by 0 is 0. The sums `s` are a
/// [`Recurrence`](super::Recurrence), so that the derivatives of higher orders take linear time too.
#[derive(Debug, Clone, Copy)]
pub struct Cumprod {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Cumprod {
    /// `x`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.cumprod(self.axis)?, x.clone()))
    }

    fn backward(
        &self,
        x: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let in_rows = |x: Tensor<T>| x.transpose(self.axis, -1)?.cast::<f64>();
        let (x, mut gradient) = (in_rows(x)?, in_rows(gradient)?);
        let products = x.cumprod(-1)?;
        let length = x.shape().last().copied().unwrap_or(1).max(1);
        let [x, products] = [&x, &products].map(|tensor| tensor.as_slice().unwrap_or(&[]));
        let rows = gradient.as_mut_slice()?.chunks_mut(length);
        for ((gradient, x), products) in rows.zip(x.chunks(length)).zip(products.chunks(length)) {
            // Of the place after, where there is none after the last.
            let (mut factor, mut sum) = (0.0, 0.0);
            for place in (0..length).rev() {
                sum = gradient[place] + product(factor, sum);
                factor = x[place];
                let before = place.checked_sub(1).map_or(1.0, |place| products[place]);
                gradient[place] = product(before, sum);
            }
        }
        inputs.add(0, gradient.cast::<T>()?.transpose(self.axis, -1)?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let sums = at.gradient().recurrence_back(x, self.axis);
        at.add(0, sums * at.output().one_later(self.axis, T::ONE))
    }
}

/// `x y`, and 0 for 0 times infinity.
fn product(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 { 0.0 } else { x * y }
}

impl<T: Float> Var<T> {
    /// The products so far along an axis, [`Cumprod`].
    #[track_caller]
    pub fn cumprod(&self, axis: isize) -> Self {
        self.apply(Cumprod { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::Rng;

    use crate::ops::cases::{Case, normal};

    fn with_zeros(rng: &mut Rng, shape: &[usize]) -> Tensor<f64> {
        normal(shape, rng) * Tensor::<f64>::bernoulli(shape, 0.6, rng).unwrap()
    }

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.cumprod(axis)),
        Case::over_axis(with_zeros, |x, axis| x.cumprod(axis)),
    ]
}
