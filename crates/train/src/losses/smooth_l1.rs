use backprop_tensor::{Error, Float, Kernel, Numeric, Result as TensorResult, Tensor, kernel, math};

use super::distance::{Distance, distance_methods};
use super::{Huber, Loss, MeanAbsoluteError};

/// The smooth absolute error: the mean over all elements of `r² / (2 β)` where `|r| < β`, and of `|r| - β / 2` where it is larger, with `r = x - y`
/// (PyTorch's `SmoothL1Loss`; Girshick, "Fast R-CNN", 2015).
///
/// It is [`Huber`] with `δ = β`, divided by `β`: its slope far off is 1 whatever `β` is, and with `β = 0` it is the
/// [mean absolute error](MeanAbsoluteError). Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. The
/// mean, weighted or not, and its gradient are right wherever they are representable, though a residual or its square may not be.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
/// use backprop_train::{Loss, SmoothL1};
///
/// let output = Tape::new().variable(Tensor::from([0.5_f32, -3.0]));
/// let loss = SmoothL1 { beta: 2.0 }.loss(&output, &Tensor::from([0.0_f32, 0.0]));
/// assert_eq!(loss.item()?, (0.0625 + 2.0) / 2.0);
/// assert_eq!(loss.backward()?.wrt(&output), Some(&Tensor::from([0.125, -0.5])));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmoothL1 {
    /// `β`, finite and at least 0: up to where errors are squared.
    pub beta: f64,
}

/// `β = 1`, PyTorch's.
impl Default for SmoothL1 {
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

impl<T: Float, Y: Numeric> Loss<T, Y> for SmoothL1 {
    distance_methods! {}

    /// That of [`Huber`] divided by `β`, or of the mean absolute error.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        if self.beta == 0.0 {
            return Loss::<T, Y>::baseline(&MeanAbsoluteError, targets, weights);
        }
        let huber = Huber { delta: self.beta };
        Some(Loss::<T, Y>::baseline(&huber, targets, weights)? / self.beta)
    }
}

/// `l = r² / (2 β)` where `|r| < β`, else `|r| - β / 2`; `dl/dr = r / β` or the sign of `r`, 0 at 0.
impl Distance for SmoothL1 {
    const NAME: &'static str = "smooth l1";

    fn check_settings(&self) -> TensorResult<()> {
        if self.beta >= 0.0 && self.beta.is_finite() {
            return Ok(());
        }
        let expected = "must be a finite number, at least 0";
        Err(Error::argument("smooth l1", "beta", self.beta, expected))
    }

    fn fits<T: Float>(&self) -> bool {
        self.beta == 0.0 || math::is_normal(T::from_f64(self.beta))
    }

    fn kernel(&self) -> Kernel {
        kernel!(|x, y; beta: self.beta| {
            let size = math::abs(x - y);
            // The quotient first: a square could vanish or overflow.
            if size < beta { 0.5 * size * (size / beta) } else { size - 0.5 * beta }
        })
    }

    fn gradients<T: Float>(
        &self,
        g: &Tensor<T>,
        x: &Tensor<T>,
        y: &Tensor<T>,
    ) -> TensorResult<Option<Tensor<T>>> {
        let beta = T::from_f64(self.beta);
        let is_right = |&g: &T| math::is_normal(g / beta) || g == T::ZERO;
        if beta != T::ZERO && !g.to_vec().iter().all(is_right) {
            return Ok(None);
        }
        let formula = kernel!(|x, y, g; beta| {
            let r = x - y;
            let sign = if r > 0.0 { 1.0 } else if r < 0.0 { -1.0 } else { r };
            if math::abs(r) < beta { g / beta * r } else { g * sign }
        });
        Ok(Some(x.apply(&formula, &[y, g])?))
    }

    fn loss_of(&self, [a, b]: [f64; 2]) -> [f64; 4] {
        let beta = self.beta / b;
        match a.abs() < beta {
            true => [0.5 * b, a, a / beta, 1.0],
            false => [a.abs() - 0.5 * beta, b, 1.0, 1.0],
        }
    }

    fn slope_of(&self, [a, b]: [f64; 2]) -> [f64; 2] {
        let beta = self.beta / b;
        match a.abs() < beta {
            true => [a / beta, 1.0],
            false => [math::sign(a), 1.0],
        }
    }
}
