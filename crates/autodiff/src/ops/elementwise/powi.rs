use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel, math};

use crate::{InputGradients, Op, Var, operands};

/// The power with an integer exponent: `y = x^n`, `dy/dx = n x^(n-1)`.
///
/// As everywhere in computing, `x^0 = 1`, for 0 and NaN too, so `dy/dx = 0` if `n = 0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powi {
    /// The exponent `n`.
    pub exponent: i32,
}

impl<T: Float> Op<T> for Powi {
    /// `x`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.powi(self.exponent)?, x.clone()))
    }

    fn backward(
        &self,
        x: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let power = match self.exponent.checked_sub(1) {
            Some(exponent) => x.powi(exponent)?,
            None => x.powi(self.exponent)?.try_div(&x)?,
        };
        let exponent = i64::from(self.exponent) - 1;
        let kernel = kernel!(
            |g, power, x; n: self.exponent, half: 0.5 * exponent as f64, is_odd: exponent.rem_euclid(2) as f64| if n == 0.0 { 0.0 } else { g * (n * power) };
            where n == 0.0 || x == 0.0 || math::is_normal(n * power);
            else {
                // x^(n-1) as the square of what is in range wherever its product with g is.
                let root = math::powf(math::abs(x), half);
                let sign = if x < 0.0 && is_odd != 0.0 { -1.0 } else { 1.0 };
                math::product([g, n, root, root, sign], [])
            }
        );
        inputs.add(0, gradient.into_apply(&kernel, &[&power, &x])?)
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x; n: self.exponent| math::powf(x, n)).bind())
    }
}

impl<T: Float> Var<T> {
    /// The power with an integer exponent, [`Powi`].
    #[track_caller]
    pub fn powi(&self, exponent: i32) -> Self {
        self.apply(Powi { exponent })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary(|x| x.powi(3)),
        Case::unary(|x| x.powi(1)),
        Case::unary(|x| x.powi(0)),
        Case::unary_between(-2.0, -0.5, |x| x.powi(-3)),
    ]
}
