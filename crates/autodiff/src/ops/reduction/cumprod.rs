use backprop_tensor::math::{self, WideProduct};
use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The products so far along an axis: `y_i = x_0 x_1 ... x_i`.
///
/// `dL/dx_k = p_k s_k` with the product before, `p_k = x_0 ... x_(k-1)`, and what follows, `s_k = dL/dy_k + x_(k+1) s_(k+1)`: in linear time,
/// and right where elements are 0, as nothing is divided by them. Computed in double precision; what is multiplied by 0 is 0. Value and gradient are right
/// wherever they are representable, though products on the way may not be. For derivatives of higher orders, the sums `s` are a
/// [`Recurrence`](super::Recurrence), so that they take linear time too.
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
        // A tensor without elements may have an axis longer than there is memory for.
        let mut upstream = vec![0.0; length.min(gradient.count())];
        let rows = gradient.as_mut_slice()?.chunks_mut(length);
        for ((gradient, x), products) in rows.zip(x.chunks(length)).zip(products.chunks(length)) {
            upstream.copy_from_slice(gradient);
            if !plain_row(gradient, x, products) {
                wide_row(gradient, x, &upstream);
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

/// Replaces the gradient of a row; false if a step left the range.
fn plain_row(gradient: &mut [f64], x: &[f64], products: &[f64]) -> bool {
    let zero = x.iter().position(|&x| x == 0.0).unwrap_or(x.len());
    // Of the place after, where there is none after the last.
    let (mut factor, mut sum, mut all_right) = (0.0, 0.0, true);
    for place in (0..gradient.len()).rev() {
        let rest = product(factor, sum);
        all_right &= math::is_normal(rest) || factor == 0.0 || sum == 0.0;
        sum = gradient[place] + rest;
        factor = x[place];
        let before = place.checked_sub(1).map_or(1.0, |place| products[place]);
        all_right &= sum.abs() < f64::INFINITY && (math::is_normal(before) || place > zero);
        gradient[place] = product(before, sum);
    }
    all_right
}

/// The same with numbers of any size.
fn wide_row(gradient: &mut [f64], x: &[f64], upstream: &[f64]) {
    let number = |x: f64| WideProduct::ONE.times(x);
    let zero = number(0.0);
    let product = |x, y| if x == zero || y == zero { zero } else { x * y };
    let next = |product: &mut WideProduct, &x: &f64| Some(std::mem::replace(product, product.times(x)));
    let before: Vec<WideProduct> = x.iter().scan(WideProduct::ONE, next).collect();
    let (mut factor, mut sum) = (zero, zero);
    for place in (0..x.len()).rev() {
        sum = number(upstream[place]) + product(factor, sum);
        factor = number(x[place]);
        gradient[place] = product(before[place], sum).value();
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
