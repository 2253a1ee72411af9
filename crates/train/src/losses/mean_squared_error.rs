use backprop_tensor::{Float, Kernel, Numeric, Result as TensorResult, Tensor, kernel};

use super::Loss;
use super::distance::{Distance, distance_methods};
use super::residual::weighted_mean;

/// The mean squared error: `Σ (x - y)² / n` over all elements.
///
/// Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. It is a [`Metric`](crate::Metric)
/// too, `mse`.
///
/// The mean and its gradient `2 (x - y) / n` are right wherever they are representable, though a residual or a square may not be; so is the
/// weighted mean of samples. A mean beyond the range of the type is infinite: that of residuals above 1.8e19 in f32, above 1.3e154 in f64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanSquaredError;

impl<T: Float, Y: Numeric> Loss<T, Y> for MeanSquaredError {
    distance_methods! {}

    /// The variance of the targets.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        let targets = targets.cast().ok()?;
        let residuals = targets.try_sub(&weighted_mean(&targets, weights).ok()?).ok()?;
        let variance = weighted_mean(&residuals.square().ok()?, weights).ok()?;
        variance.mean(..).ok()?.item().ok()
    }
}

impl Distance for MeanSquaredError {
    const NAME: &'static str = "mean squared error";

    fn kernel(&self) -> Kernel {
        kernel!(|x, y| {
            let residual = x - y;
            residual * residual
        })
    }

    fn gradients<T: Float>(
        &self,
        g: &Tensor<T>,
        x: &Tensor<T>,
        y: &Tensor<T>,
    ) -> TensorResult<Option<Tensor<T>>> {
        let formula = kernel!(|x, y, g| {
            let half = g * (x - y);
            half + half
        });
        Ok(Some(x.apply(&formula, &[y, g])?))
    }

    fn loss_of(&self, [a, b]: [f64; 2]) -> [f64; 4] {
        [a, b, a, b]
    }

    fn slope_of(&self, [a, b]: [f64; 2]) -> [f64; 2] {
        [a, 2.0 * b]
    }
}
