use backprop_autodiff::{InputGradients, Op, Var, operands};
use backprop_tensor::{Error, Float, Result, Tensor};

use super::Loss;

/// The mean squared error: `Σ (x - y)^2 / n` over all elements.
///
/// Outputs `[batch, 1]` may have targets `[batch]`; any other difference in shape is an error, not a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanSquaredError;

impl<T: Float> Loss<T, T> for MeanSquaredError {
    fn loss(&self, output: &Var<T>, targets: &Tensor<T>) -> Var<T> {
        let targets = targets.clone();
        output.apply(Residual { targets }).square().mean(..)
    }
}

/// `r = x - y` without broadcasting, `dr/dx = 1`.
#[derive(Debug)]
struct Residual<T: Float> {
    targets: Tensor<T>,
}

impl<T: Float> Op<T> for Residual<T> {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [output] = operands(inputs)?;
        let (shape, targets) = (output.shape(), self.targets.shape());
        if shape != targets && !is_column(shape, targets) {
            let expected = "must be equal: a target for each output";
            return Err(Error::shapes("mean squared error", shape, targets, expected));
        }
        Ok((output.try_sub(&self.targets.reshape(shape)?)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient)
    }
}

fn is_column(output: &[usize], targets: &[usize]) -> bool {
    matches!((output, targets), ([batch, 1], [samples]) if batch == samples)
}
