//! What is minimised: one file a loss.

mod cross_entropy;
mod mean_squared_error;

pub use cross_entropy::CrossEntropy;
pub use mean_squared_error::MeanSquaredError;

use backprop_autodiff::Var;
use backprop_tensor::{Element, Float, Tensor};

/// How far the outputs of a batch are from its targets, as one number.
///
/// A closure is a loss:
///
/// ```
/// use backprop_autodiff::{Tape, Var};
/// use backprop_tensor::Tensor;
/// use backprop_train::Loss;
///
/// let absolute = |output: &Var, targets: &Tensor| (output - &output.constant(targets.clone())).square().sqrt().mean(..);
/// let output = Tape::new().variable(Tensor::from([1.0_f32, 2.0]));
/// assert_eq!(absolute.loss(&output, &Tensor::from([0.0, 4.0])).item()?, 1.5);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
pub trait Loss<Y: Element = i64, T: Float = f32> {
    /// The loss of these outputs; a failure sticks to their tape.
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T>;
}

impl<Y: Element, T: Float, F: Fn(&Var<T>, &Tensor<Y>) -> Var<T>> Loss<Y, T> for F {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        self(output, targets)
    }
}
