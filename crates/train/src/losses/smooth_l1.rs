use backprop_autodiff::{Differential, InputGradients, Op, Var, operands};
use backprop_tensor::{Error, Float, Numeric, Result as TensorResult, Tensor, kernel, math};

use super::residual::{check_numbers, mean_of_samples, residual};
use super::{Fault, Huber, Loss, MeanAbsoluteError};

/// The smooth absolute error: the mean over all elements of `r² / (2 β)` where `|r| < β`, and of `|r| - β / 2` where it is larger, with `r = x - y`
/// (PyTorch's `SmoothL1Loss`; Girshick, "Fast R-CNN", 2015).
///
/// It is [`Huber`] with `δ = β`, divided by `β`: its slope far off is 1 whatever `β` is, and with `β = 0` it is the
/// [mean absolute error](MeanAbsoluteError). Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast.
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

impl SmoothL1 {
    #[track_caller]
    fn of<T: Float, Y: Numeric>(self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        residual("smooth l1", output, targets).apply(Curve { beta: self.beta })
    }
}

impl<T: Float, Y: Numeric> Loss<T, Y> for SmoothL1 {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        self.of(output, targets).mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(&self.of(output, targets)))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        check_numbers(output, targets)
    }

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
#[derive(Debug)]
struct Curve {
    beta: f64,
}

impl<T: Float> Op<T> for Curve {
    /// The residuals.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> TensorResult<(Tensor<T>, Self::Saved)> {
        let [residuals] = operands(inputs)?;
        if !(self.beta >= 0.0 && self.beta.is_finite()) {
            let expected = "must be a finite number, at least 0";
            return Err(Error::argument("smooth l1", "beta", self.beta, expected));
        }
        let formula = kernel!(|r; beta| {
            let size = math::abs(r);
            // The quotient first: a square could vanish or overflow.
            if size < beta { 0.5 * size * (size / beta) } else { size - 0.5 * beta }
        });
        let losses = residuals.apply(&formula, &[T::from_f64(self.beta)], &[])?;
        Ok((losses, residuals.clone()))
    }

    fn backward(
        &self,
        residuals: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> TensorResult<()> {
        let formula = kernel!(|g, r; beta| {
            let sign = if r > 0.0 { 1.0 } else if r < 0.0 { -1.0 } else { r };
            let slope = if math::abs(r) < beta { r / beta } else { sign };
            g * slope
        });
        let gradient = gradient.into_apply(&formula, &[T::from_f64(self.beta)], &[&residuals])?;
        inputs.add(0, gradient)
    }

    fn differentiate(&self, residuals: &Self::Saved, at: &Differential<T>) -> backprop_autodiff::Result<()> {
        let [var] = at.operands()?;
        let sign = at.gradient() * var.constant(residuals.sign()?);
        if self.beta == 0.0 {
            return at.add(0, sign);
        }
        let beta = T::from_f64(self.beta);
        let is_near = residuals.abs()?.less(&Tensor::scalar(beta))?;
        at.add(0, (at.gradient() * (var / beta)).where_else(&is_near, &sign))
    }
}
