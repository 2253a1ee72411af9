use backprop_tensor::math::WideProduct;
use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel, math};

use crate::ops::range;
use crate::ops::rows::Rows;
use crate::ops::spread::{spread, spread_var};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The product over axes: `y = Π x_i`, `dy/dx_i = Π x_j` over all `j` but `i`.
///
/// That is `y / x_i`, except where there are zeros: with one, its element alone has a gradient, the product of the others; with more, none has.
/// What leaves the range on the way, though the gradient does not, is computed with an exponent of its own. (In [variables](crate::Op::differentiate) it is
/// the product of those before times that of those after, which is right where there are zeros to any order, as long as these two are in range.)
#[derive(Debug, Clone, Copy)]
pub struct Prod {
    /// The axes.
    pub axes: AxisSet,
}

impl<T: Float> Op<T> for Prod {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.prod(self.axes)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let shape = *x.shape();
        let gradient = spread(&gradient, self.axes, &shape)?;
        if range::all(&y, range::is_normal) {
            let y = spread(&y, self.axes, &shape)?;
            let formula = kernel!(|x, y, g| math::mul_div(g, y, x));
            return inputs.add(0, x.into_apply(&formula, &[&y, &gradient])?);
        }
        let others = x
            .apply(&kernel!(|x| if x == 0.0 { 1.0 } else { x }), &[])?
            .prod(self.axes.keep())?;
        if !range::all(&others, range::is_normal) {
            return inputs.add(0, self.wide(&x, &gradient)?);
        }
        let zeros = x
            .apply(&kernel!(|x| if x == 0.0 { 1.0 } else { 0.0 }), &[])?
            .sum(self.axes.keep())?;
        // Where the element is the only zero, what the others give; where there is no zero, the quotient.
        let formula = kernel!(|x, zeros, others, g| if zeros == 0.0 {
            math::mul_div(g, others, x)
        } else if x == 0.0 && zeros == 1.0 {
            g * others
        } else {
            0.0
        });
        inputs.add(0, x.into_apply(&formula, &[&zeros, &others, &gradient])?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let rows = Rows::new(self.axes, x.shape());
        if rows.length() == 0 {
            return at.add(0, x.constant(Tensor::zeros(x.shape())?));
        }
        // The products of those before and of those after each element: right where elements are 0, to any order.
        let before = |x: &Var<T>| x.cumprod(1).one_later(1, T::ONE);
        let x_rows = rows.of(x);
        let others = before(&x_rows) * before(&x_rows.flip(1)).flip(1);
        at.add(
            0,
            rows.back(&others) * spread_var(at.gradient(), self.axes, x.shape()),
        )
    }
}

impl Prod {
    /// The gradients where products are out of range, one element after another.
    fn wide<T: Float>(&self, x: &Tensor<T>, gradient: &Tensor<T>) -> Result<Tensor<T>> {
        let shape = *x.shape();
        let order = self.axes.last(&shape);
        let (rows, gradient) = (x.permute(&order)?, gradient.permute(&order)?.to_vec());
        let count = self.axes.count(&shape).max(1);
        let mut result = Vec::with_capacity(gradient.len());
        for (row, gradient) in rows.to_vec().chunks(count).zip(gradient.chunks(count)) {
            let factors = || row.iter().map(|x| x.to_f64());
            let zeros = factors().filter(|&x| x == 0.0).count();
            let others = factors()
                .filter(|&x| x != 0.0)
                .fold(WideProduct::ONE, WideProduct::times);
            result.extend(row.iter().zip(gradient).map(|(x, g)| {
                let product = others.times(g.to_f64());
                T::from_f64(match (zeros, x.to_f64()) {
                    (0, x) => product.over(x).value(),
                    (1, 0.0) => product.value(),
                    _ => 0.0,
                })
            }));
        }
        let mut back = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            back[from as usize] = to as isize;
        }
        Tensor::from_slice(&result, rows.shape())?.permute(back)
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
