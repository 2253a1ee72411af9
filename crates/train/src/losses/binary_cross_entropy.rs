use backprop_autodiff::{Differential, InputGradients, Op, Var, operands};
use backprop_tensor::{Float, Numeric, Result as TensorResult, Tensor, math};

use super::logits::{surprise, surprise_gradient};
use super::residual::{check_each, fits, fitting, mean_of_samples, weighted_mean};
use super::{Fault, Loss, of_sample};

/// The mean binary cross entropy of logits: `-y log σ(x) - (1 - y) log(1 - σ(x))`, for one output or for several labels a sample.
///
/// Outputs and targets have the same shape, or `[n, 1]` and `[n]`; a target is 0, 1, or a probability between them. Computed from logits, it
/// is right for outputs of any size, infinite ones too: the output ∞ with the target 1 costs nothing (PyTorch: NaN).
/// The gradient `g (σ(x) - y) / n` keeps its digits for targets 0 and 1; where a probability `y` is near `σ(x)`, they cancel, and its absolute error is at
/// most `4 ε g / n`.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
/// use backprop_train::{BinaryCrossEntropy, Loss};
///
/// let output = Tape::new().variable(Tensor::from([[0.0_f32], [100.0]]));
/// let loss = BinaryCrossEntropy.loss(&output, &Tensor::from([1_i64, 1])).item()?;
/// assert!((loss - 2.0_f32.ln() / 2.0).abs() < 1e-6);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinaryCrossEntropy;

impl<T: Float, Y: Numeric> Loss<T, Y> for BinaryCrossEntropy {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        surprise(output, targets).mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(&surprise(output, targets)))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        let what = "a target, 0 or 1, for each output";
        let expected = "must be 0, 1 or a probability between them";
        check_each(output, targets, what, expected, |p| (0.0..=1.0).contains(&p))
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        (Y::IS_INTEGER && fits(output, targets) && of_sample(output) == 1).then_some(2)
    }

    /// The mean entropy of the labels' frequencies.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        let frequencies = weighted_mean(&targets.cast().ok()?, weights).ok()?.to_vec();
        let part = |p: f64| if p > 0.0 { p * p.recip().ln() } else { 0.0 };
        let entropies: f64 = frequencies.iter().map(|&p| part(p) + part(1.0 - p)).sum();
        Some(entropies / frequencies.len() as f64)
    }
}

#[track_caller]
fn surprise<T: Float, Y: Numeric>(output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
    let targets = targets.cast();
    output.apply(Surprise { targets })
}

/// `l = y ln(1 + e^-x) + (1 - y) ln(1 + e^x)`, `dl/dx = σ(x) - y`.
#[derive(Debug)]
struct Surprise<T: Float> {
    targets: TensorResult<Tensor<T>>,
}

impl<T: Float> Op<T> for Surprise<T> {
    /// Outputs and targets.
    type Saved = (Tensor<T>, Tensor<T>);

    fn forward(&self, inputs: &[&Tensor<T>]) -> TensorResult<(Tensor<T>, Self::Saved)> {
        let [output] = operands(inputs)?;
        let targets = fitting("binary cross entropy", output.shape(), self.targets.clone()?)?;
        let formula = surprise!(|x, y| y);
        let loss = output.apply(&formula, &[&targets])?;
        Ok((loss, (output.clone(), targets)))
    }

    fn backward(
        &self,
        (output, targets): Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> TensorResult<()> {
        let formula = surprise_gradient!(|g, x, y| y, both 1.0);
        inputs.add(0, gradient.into_apply(&formula, &[&output, &targets])?)
    }

    fn differentiate(
        &self,
        (output, targets): &Self::Saved,
        at: &Differential<T>,
    ) -> backprop_autodiff::Result<()> {
        let [x] = at.operands()?;
        let is_positive = output.greater(&Tensor::scalar(T::ZERO))?;
        let y = x.constant(targets.clone());
        let above = (&y * -T::ONE + T::ONE) - (-x).sigmoid();
        at.add(
            0,
            at.gradient() * above.where_else(&is_positive, &(x.sigmoid() - y)),
        )
    }
}
