use backprop_autodiff::Var;
use backprop_tensor::{Float, Tensor};

use super::Loss;

/// The mean squared error: `Σ (x - y)^2 / n` over all elements.
///
/// Outputs `[batch, 1]` may have targets `[batch]`; any other difference in shape is an error, not a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanSquaredError;

impl<T: Float> Loss<T, T> for MeanSquaredError {
    fn loss(&self, output: &Var<T>, targets: &Tensor<T>) -> Var<T> {
        // With a failed output there is nothing to compare; the failure is passed on.
        let targets = match targets.reshape(output.shape()) {
            Ok(same) if same.shape() == targets.shape() || is_column(output.shape(), targets.shape()) => same,
            _ => targets.clone(),
        };
        (output - &output.constant(targets)).square().mean(..)
    }
}

fn is_column(output: &[usize], targets: &[usize]) -> bool {
    matches!((output, targets), ([batch, 1], [samples]) if batch == samples)
}
