use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel, math};

use crate::{InputGradients, Op, Var, operands};

/// The power with a fixed exponent: `y = x^p`, `dy/dx = p x^(p-1)`.
///
/// As everywhere in computing, `x^0 = 1`, for 0 and NaN too, so `dy/dx = 0` if `p = 0`. A finite negative `x` has powers for integer (or infinite)
/// `p` only, else NaN. At 0 the derivative is ∞ if `0 < p < 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Powf<T> {
    /// The exponent `p`.
    pub exponent: T,
}

impl<T: Float> Op<T> for Powf<T> {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.powf(self.exponent)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let kernel = kernel!(
            |g, x, y; p: self.exponent| math::plain_pow_gradient(g, x, p);
            where math::pow_is_plain(x, p, y);
            or x == 0.0 || p == 0.0 || math::pow_is_plain(x, p, y);
            else math::pow_gradient(g, x, p)
        );
        inputs.add(0, gradient.into_apply(&kernel, &[&x, &y])?)
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x; p: self.exponent| math::powf(x, p)).bind())
    }
}

impl<T: Float> Var<T> {
    /// The power with a fixed exponent, [`Powf`].
    #[track_caller]
    pub fn powf(&self, exponent: T) -> Self {
        self.apply(Powf { exponent })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_between(0.5, 2.0, |x| x.powf(1.7)),
        Case::unary_between(0.5, 2.0, |x| x.powf(-0.5)),
        Case::unary(|x| x.powf(3.0)),
        Case::unary(|x| x.powf(0.0)),
    ]
}
