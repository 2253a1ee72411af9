use backprop_autodiff::Var;
use backprop_tensor::{Float, Numeric, Tensor};

use super::residual::{check_each, mean_of_samples, residual};
use super::{Fault, Loss, of_sample};

/// The mean absolute error: `Σ |x - y| / n` over all elements. Less than the squared one, it minds what lies far off.
///
/// Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. It is a [`Metric`](crate::Metric)
/// too, `mae`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanAbsoluteError;

impl<Y: Numeric, T: Float> Loss<Y, T> for MeanAbsoluteError {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        residual("mean absolute error", output, targets).abs().mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(
            &residual("mean absolute error", output, targets).abs(),
        ))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        let what = "a target for each output";
        check_each(output, targets, what, "must be a finite number", f64::is_finite)
    }

    /// The mean distance of the targets from their median.
    fn baseline(&self, targets: &Tensor<Y>) -> Option<f64> {
        let targets = targets.cast::<f64>().ok()?;
        let (samples, width) = (targets.shape().first().copied()?, of_sample(targets.shape()));
        let (sorted, _) = targets.reshape([samples, width]).ok()?.sort(0, false).ok()?;
        let median = sorted.slice(0, samples / 2..samples / 2 + 1).ok()?;
        let distances = sorted.try_sub(&median).ok()?.abs().ok()?;
        distances.mean(..).ok()?.item().ok()
    }
}
