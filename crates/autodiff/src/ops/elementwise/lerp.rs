use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor, formula, kernel, math};

use crate::{InputGradients, Op, Var, operands};

/// On the way from one to the other, with broadcasting: `z = (1 - w) x + w y`, `dz/dx = 1 - w`, `dz/dy = w`, for a fixed weight `w`.
///
/// Exactly `x` for `w = 0` and `y` for `w = 1`, if they are finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lerp<T> {
    /// How far to go, `w`.
    pub weight: T,
}

impl<T: Float> Op<T> for Lerp<T> {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        let kernel = kernel!(|x, y; w: self.weight| {
            let way = y - x;
            let near = if w < 0.5 { x + w * way } else { y - (1.0 - w) * way };
            // The way between finite numbers may be infinite; they are of opposite signs then.
            let infinity = 1.0 / 0.0;
            let finite = math::abs(x) < infinity && math::abs(y) < infinity;
            if finite && math::abs(way) == infinity { (1.0 - w) * x + w * y } else { near }
        });
        let z = x.apply(&kernel, &[y]);
        Ok((z.map_err(|error| error.within("lerp"))?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        if inputs.needed(1) {
            inputs.add_broadcast(1, gradient.apply(&kernel!(|g; w: self.weight| g * w), &[])?)?;
        }
        if inputs.needed(0) {
            inputs.add_broadcast(
                0,
                gradient.into_apply(&kernel!(|g; w: T::ONE - self.weight| g * w), &[])?,
            )?;
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x, y; w: self.weight| (1.0 - w) * x + w * y).bind())
    }
}

impl<T: Float> Var<T> {
    /// On the way from this to `end`, [`Lerp`].
    #[track_caller]
    pub fn lerp(&self, end: &Self, weight: T) -> Self {
        self.apply_with(Lerp { weight }, end)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::binary(|x, y| x.lerp(y, 0.3)),
        Case::binary(|x, y| x.lerp(y, 0.9)),
        Case::unary(|x| x.lerp(x, -1.5)),
    ]
}
