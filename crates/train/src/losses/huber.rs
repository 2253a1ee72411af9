use backprop_tensor::{Error, Float, Kernel, Numeric, Result as TensorResult, Tensor, kernel, math};

use super::Loss;
use super::distance::{Distance, distance_methods};
use super::residual::loss_around;

/// Huber's loss (1964): the mean over all elements of `r² / 2` where `|r| ≤ δ`, and of `δ (|r| - δ / 2)` where it is larger, with `r = x - y`. Squared
/// near the target, absolute far off, so that outliers pull no more than `δ` (PyTorch's `HuberLoss`).
///
/// Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. [`SmoothL1`](crate::SmoothL1) is
/// the same divided by `δ`. The mean, weighted or not, and its gradient are right wherever they are representable, though a residual or its square may not be.
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

impl<T: Float, Y: Numeric> Loss<T, Y> for Huber {
    distance_methods! {}

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
impl Distance for Huber {
    const NAME: &'static str = "huber";

    fn check_settings(&self) -> TensorResult<()> {
        match self.delta.is_nan() || self.delta <= 0.0 {
            true => Err(Error::argument("huber", "delta", self.delta, "must be above 0")),
            false => Ok(()),
        }
    }

    fn fits<T: Float>(&self) -> bool {
        T::from_f64(self.delta) >= T::MIN_NORMAL
    }

    fn kernel(&self) -> Kernel {
        kernel!(|x, y; delta: self.delta| {
            let size = math::abs(x - y);
            if size > delta { delta * (size - 0.5 * delta) } else { 0.5 * size * size }
        })
    }

    fn gradients<T: Float>(
        &self,
        g: &Tensor<T>,
        x: &Tensor<T>,
        y: &Tensor<T>,
    ) -> TensorResult<Option<Tensor<T>>> {
        let formula = kernel!(|x, y, g; delta: self.delta| {
            let r = x - y;
            let slope = if r > delta { delta } else if r < -delta { -delta } else { r };
            g * slope
        });
        Ok(Some(x.apply(&formula, &[y, g])?))
    }

    fn loss_of(&self, [a, b]: [f64; 2]) -> [f64; 4] {
        match a.abs() <= self.delta / b {
            true => [0.5 * b, a, b, a],
            false => [self.delta, a.abs() - 0.5 * self.delta / b, b, 1.0],
        }
    }

    fn slope_of(&self, [a, b]: [f64; 2]) -> [f64; 2] {
        match a.abs() > self.delta / b {
            true => [self.delta, math::sign(a)],
            false => [a, b],
        }
    }
}
