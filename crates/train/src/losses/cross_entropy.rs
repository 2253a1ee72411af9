use backprop_autodiff::Var;
use backprop_autodiff::ops::Targets;
use backprop_tensor::{Float, Tensor};

use super::Loss;

/// The mean cross entropy of logits `[batch, classes]` with classes `[batch]`, or with probabilities `[batch, classes]`: `-log softmax(x)_y`.
///
/// See [`Var::cross_entropy`]; with label smoothing or weights, use [`Var::cross_entropy_with`] in a closure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CrossEntropy;

impl<T: Float> Loss<i64, T> for CrossEntropy {
    fn loss(&self, output: &Var<T>, targets: &Tensor<i64>) -> Var<T> {
        output.cross_entropy(targets)
    }
}

impl Loss<f32, f32> for CrossEntropy {
    fn loss(&self, output: &Var<f32>, targets: &Tensor<f32>) -> Var<f32> {
        output.cross_entropy(Targets::Probabilities(targets.clone()))
    }
}

impl Loss<f64, f64> for CrossEntropy {
    fn loss(&self, output: &Var<f64>, targets: &Tensor<f64>) -> Var<f64> {
        output.cross_entropy(Targets::Probabilities(targets.clone()))
    }
}
