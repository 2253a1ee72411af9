use backprop_tensor::{Float, Result, Tensor, kernel, math};

use crate::{InputGradients, Op, operands};

/// The quotient with broadcasting: `z = x / y`, `dz/dx = 1 / y`, `dz/dy = -x / y^2 = -z / y`.
#[derive(Debug, Clone, Copy)]
pub struct Div;

impl<T: Float> Op<T> for Div {
    /// `y` and `z`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        let z = x.try_div(y)?;
        Ok((z.clone(), [y.clone(), z]))
    }

    fn backward(
        &self,
        [y, z]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        if inputs.needed(1) {
            inputs.add_broadcast(
                1,
                gradient.apply(&kernel!(|g, y, z| -math::mul_div(g, z, y)), &[], &[&y, &z])?,
            )?;
        }
        if inputs.needed(0) {
            inputs.add_broadcast(0, gradient.into_apply(&kernel!(|g, y| g / y), &[], &[&y])?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| x / y),
        Case::unary_between(0.5, 2.0, |x| 2.0 / (x / x.square() + x)),
    ]
}
