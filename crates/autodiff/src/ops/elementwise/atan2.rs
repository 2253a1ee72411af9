use backprop_tensor::{Float, Result, Tensor, kernel, math};

use crate::{InputGradients, Op, Var, operands};

/// The angle of the point `(x, y)` with broadcasting: `z = atan2(y, x)` in `[-π, π]`, `dz/dy = x / (x^2 + y^2)`,
/// `dz/dx = -y / (x^2 + y^2)`.
///
/// At the origin, where it has none, the derivatives are 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Atan2;

impl<T: Float> Op<T> for Atan2 {
    /// `y` and `x`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [y, x] = operands(inputs)?;
        let z = y
            .apply(&kernel!(|y, x| math::atan2(y, x)), &[], &[x])
            .map_err(|error| error.within("atan2"))?;
        Ok((z, [y.clone(), x.clone()]))
    }

    fn backward(
        &self,
        [y, x]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        if inputs.needed(1) {
            let kernel = kernel!(|g, y, x| {
                let square = x * x + y * y;
                if square == 0.0 { 0.0 } else { -g * (y / square) }
            });
            inputs.add_broadcast(1, gradient.apply(&kernel, &[], &[&y, &x])?)?;
        }
        if inputs.needed(0) {
            let kernel = kernel!(|g, y, x| {
                let square = x * x + y * y;
                if square == 0.0 { 0.0 } else { g * (x / square) }
            });
            inputs.add_broadcast(0, gradient.into_apply(&kernel, &[], &[&y, &x])?)?;
        }
        Ok(())
    }
}

impl<T: Float> Var<T> {
    /// The angle of the point whose second coordinate is this and whose first is `x`, [`Atan2`].
    #[track_caller]
    pub fn atan2(&self, x: &Self) -> Self {
        self.apply_with(Atan2, x)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| (x + 3.0).atan2(y)),
        Case::binary(|x, y| y.atan2(&(x - 3.0))),
        Case::unary_between(0.5, 2.0, |x| x.atan2(x)),
    ]
}
