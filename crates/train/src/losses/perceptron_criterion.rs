use backprop_autodiff::{Differential, InputGradients, Op, Var, operands};
use backprop_tensor::{Float, Numeric, Result as TensorResult, Tensor, kernel};

use super::residual::{check_each, fitting, mean_of_samples};
use super::{Fault, Loss};

/// The perceptron criterion (Rosenblatt 1958): the mean of `max(0, -t x)`, with labels `t` of -1 and 1. What is on the right side costs nothing.
///
/// Outputs and labels have the same shape, or `[n, 1]` and `[n]`. At `x = 0` the derivative is taken to be `-t`, as on the wrong side: a sample on
/// the line counts as a mistake, so that learning can begin from weights of 0. So steps of [`Sgd`](backprop_optim::Sgd) on batches of one sample are those of
/// the rule [`Perceptron`](backprop_optim::rules::Perceptron), `w ← w + η t x`. The criterion is often written as a sum over all samples: that is this
/// mean, `n` times.
///
/// It has no [`baseline`](Loss::baseline): an output of 0 for all samples costs nothing, though it decides nothing.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
/// use backprop_train::{Loss, PerceptronCriterion};
///
/// let output = Tape::new().variable(Tensor::from([2.0_f32, -3.0, 0.0, 5.0]));
/// let loss = PerceptronCriterion.loss(&output, &Tensor::from([1_i64, 1, 1, -1]));
/// assert_eq!(loss.item()?, (0.0 + 3.0 + 0.0 + 5.0) / 4.0);
/// assert_eq!(loss.backward()?.wrt(&output), Some(&Tensor::from([0.0, -0.25, -0.25, 0.25])));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerceptronCriterion;

impl<T: Float, Y: Numeric> Loss<T, Y> for PerceptronCriterion {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        wrong_side(output, targets).mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(&wrong_side(output, targets)))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        let what = "a label, -1 or 1, for each output";
        check_each(output, targets, what, "must be -1 or 1", |t| t.abs() == 1.0)
    }
}

#[track_caller]
fn wrong_side<T: Float, Y: Numeric>(output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
    let targets = targets.cast();
    output.apply(WrongSide { targets })
}

/// `l = max(0, -t x)`, `dl/dx = -t` where `t x ≤ 0`, else 0.
#[derive(Debug)]
struct WrongSide<T: Float> {
    targets: TensorResult<Tensor<T>>,
}

impl<T: Float> Op<T> for WrongSide<T> {
    /// Outputs and labels.
    type Saved = (Tensor<T>, Tensor<T>);

    fn forward(&self, inputs: &[&Tensor<T>]) -> TensorResult<(Tensor<T>, Self::Saved)> {
        let [output] = operands(inputs)?;
        let targets = fitting("perceptron criterion", output.shape(), self.targets.clone()?)?;
        let formula = kernel!(|x, t| if t * x > 0.0 { 0.0 } else { -t * x });
        let loss = output.apply(&formula, &[&targets])?;
        Ok((loss, (output.clone(), targets)))
    }

    fn backward(
        &self,
        (output, targets): Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> TensorResult<()> {
        let formula = kernel!(|g, x, t| if t * x > 0.0 { 0.0 } else { -t * g });
        inputs.add(0, gradient.into_apply(&formula, &[&output, &targets])?)
    }

    fn differentiate(
        &self,
        (output, targets): &Self::Saved,
        at: &Differential<T>,
    ) -> backprop_autodiff::Result<()> {
        let is_right = output.try_mul(targets)?.greater(&Tensor::scalar(T::ZERO))?;
        let slope = at.gradient() * at.gradient().constant(targets.clone()) * -T::ONE;
        at.add(0, slope.masked_fill(&is_right, T::ZERO))
    }
}
