use backprop_autodiff::Var;
use backprop_tensor::{Float, Numeric, Tensor};

use super::residual::{check_numbers, loss_around, mean_of_samples, residual};
use super::{Fault, Loss};

/// The mean absolute error: `Σ |x - y| / n` over all elements. Less than the squared one, it minds what lies far off.
///
/// Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. It is a [`Metric`](crate::Metric)
/// too, `mae`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanAbsoluteError;

impl<T: Float, Y: Numeric> Loss<T, Y> for MeanAbsoluteError {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        residual("mean absolute error", output, targets).abs().mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(
            &residual("mean absolute error", output, targets).abs(),
        ))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        check_numbers(output, targets)
    }

    /// The mean distance of the targets from their median.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        loss_around(targets, weights, weighted_median, f64::abs)
    }
}

/// The value up to which lies half of the weight.
fn weighted_median(values: &[f64], weights: &[f64]) -> Option<f64> {
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (half, mut sum) = (pairs.iter().map(|pair| pair.1).sum::<f64>() / 2.0, 0.0);
    let reaches_half = |&(_, weight): &(f64, f64)| {
        sum += weight;
        sum >= half
    };
    pairs.into_iter().find(reaches_half).map(|pair| pair.0)
}
