use backprop_autodiff::Var;
use backprop_tensor::{Float, Numeric, Tensor};

use super::residual::{check_numbers, mean_of_samples, residual, weighted_mean};
use super::{Fault, Loss};

/// The mean squared error: `Σ (x - y)² / n` over all elements.
///
/// Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. It is a [`Metric`](crate::Metric)
/// too, `mse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanSquaredError;

impl<T: Float, Y: Numeric> Loss<T, Y> for MeanSquaredError {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        residual("mean squared error", output, targets).square().mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(
            &residual("mean squared error", output, targets).square(),
        ))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        check_numbers(output, targets)
    }

    /// The variance of the targets.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        let targets = targets.cast().ok()?;
        let residuals = targets.try_sub(&weighted_mean(&targets, weights).ok()?).ok()?;
        let variance = weighted_mean(&residuals.square().ok()?, weights).ok()?;
        variance.mean(..).ok()?.item().ok()
    }
}
