use backprop_tensor::{Float, Result, Tensor, kernel, math};

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
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.powi(self.exponent)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let n = T::from_f64(self.exponent.into());
        let power = match self.exponent.checked_sub(1) {
            Some(exponent) => x.powi(exponent)?,
            None => x.powi(self.exponent)?.try_div(&x)?,
        };
        let kernel = kernel!(|g, power, x, y; n| {
            let plain = g * (n * power);
            // x^(n-1) = y / x may leave the range where y does not.
            let (t, y_size, infinity) = (math::abs(power), math::abs(y), 1.0 / 0.0);
            let lost = (t == 0.0 || t == infinity) && y_size > 0.0 && y_size < infinity && math::abs(x) < infinity;
            if n == 0.0 { 0.0 } else if lost { math::mul_div(g * n, y, x) } else { plain }
        });
        inputs.add(0, gradient.into_apply(&kernel, &[n], &[&power, &x, &y])?)
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
