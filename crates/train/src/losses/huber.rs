use backprop_autodiff::{Differential, InputGradients, Op, Var, operands};
use backprop_tensor::{Error, Float, Numeric, Result as TensorResult, Tensor, kernel, math};

use super::residual::{check_numbers, loss_around, mean_of_samples, residual};
use super::{Fault, Loss};

/// Huber's loss (1964): the mean over all elements of `r² / 2` where `|r| ≤ δ`, and of `δ (|r| - δ / 2)` where it is larger, with `r = x - y`. Squared
/// near the target, absolute far off, so that outliers pull no more than `δ` (PyTorch's `HuberLoss`).
///
/// Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. [`SmoothL1`](crate::SmoothL1) is
/// the same divided by `δ`.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
/// use backprop_train::{Huber, Loss};
///
/// let output = Tape::new().variable(Tensor::from([0.5_f32, -3.0]));
/// let loss = Huber { delta: 1.0 }.loss(&output, &Tensor::from([0.0_f32, 0.0]));
/// assert_eq!(loss.item()?, (0.125 + 2.5) / 2.0);
/// assert_eq!(loss.backward()?.wrt(&output), Some(&Tensor::from([0.25, -0.5])));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    /// `δ`, above 0: up to where errors are squared.
    pub delta: f64,
}

/// `δ = 1`, PyTorch's.
impl Default for Huber {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

impl Huber {
    #[track_caller]
    fn of<T: Float, Y: Numeric>(self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        residual("huber", output, targets).apply(Curve { delta: self.delta })
    }
}

impl<T: Float, Y: Numeric> Loss<T, Y> for Huber {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        self.of(output, targets).mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(&self.of(output, targets)))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        check_numbers(output, targets)
    }

    /// The loss of Huber's estimate of where the targets lie.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        let place = |targets: &[f64], weights: &[f64]| location(targets, weights, self.delta);
        loss_around(targets, weights, place, |distance| value(distance, self.delta))
    }
}

fn value(residual: f64, delta: f64) -> f64 {
    match residual.abs() {
        size if size <= delta => 0.5 * size * size,
        size => delta * (size - 0.5 * delta),
    }
}

/// Where the weighted sum of `clamp(y - m, -δ, δ)`, which falls with `m`, is 0: found by halves between the smallest and the largest value.
fn location(values: &[f64], weights: &[f64], delta: f64) -> Option<f64> {
    if values.len() != weights.len() || delta.is_nan() || delta <= 0.0 {
        return None;
    }
    let mut low = values.iter().copied().reduce(f64::min)?;
    let mut high = values.iter().copied().reduce(f64::max)?;
    for _ in 0..HALVES {
        let middle = low / 2.0 + high / 2.0;
        let pull = |(value, weight): (&f64, &f64)| weight * (value - middle).clamp(-delta, delta);
        match values.iter().zip(weights).map(pull).sum::<f64>() > 0.0 {
            true => low = middle,
            false => high = middle,
        }
    }
    Some(low / 2.0 + high / 2.0)
}

/// After which nothing is left of the distance between two numbers of f64.
const HALVES: usize = 60;

/// `l = r² / 2` where `|r| ≤ δ`, else `δ (|r| - δ / 2)`; `dl/dr = clamp(r, -δ, δ)`.
#[derive(Debug)]
struct Curve {
    delta: f64,
}

impl<T: Float> Op<T> for Curve {
    /// The residuals.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> TensorResult<(Tensor<T>, Self::Saved)> {
        let [residuals] = operands(inputs)?;
        if self.delta.is_nan() || self.delta <= 0.0 {
            return Err(Error::argument("huber", "delta", self.delta, "must be above 0"));
        }
        let formula = kernel!(|r; delta| {
            let size = math::abs(r);
            if size > delta { delta * (size - 0.5 * delta) } else { 0.5 * size * size }
        });
        let losses = residuals.apply(&formula, &[T::from_f64(self.delta)], &[])?;
        Ok((losses, residuals.clone()))
    }

    fn backward(
        &self,
        residuals: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> TensorResult<()> {
        let formula = kernel!(|g, r; delta| {
            let slope = if r > delta { delta } else if r < -delta { -delta } else { r };
            g * slope
        });
        let gradient = gradient.into_apply(&formula, &[T::from_f64(self.delta)], &[&residuals])?;
        inputs.add(0, gradient)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> backprop_autodiff::Result<()> {
        let [residuals] = at.operands()?;
        let delta = T::from_f64(self.delta);
        at.add(0, at.gradient() * residuals.clamp(-delta, delta))
    }
}
