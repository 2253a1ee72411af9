use backprop_autodiff::{Differential, InputGradients, Op, Var, operands};
use backprop_tensor::{Error, Float, Numeric, Result as TensorResult, Tensor, math};

use super::logits::{surprise, surprise_gradient};
use super::residual::{fitting, mean_of_samples, weighted_mean};
use super::{BinaryCrossEntropy, Fault, Loss, of_sample};

/// The [binary cross entropy](BinaryCrossEntropy) of logits in which positive targets count `p` times:
/// `-p y log σ(x) - (1 - y) log(1 - σ(x))`, the mean over all elements (PyTorch's `BCEWithLogitsLoss(pos_weight)`).
///
/// For labels that few samples have: `p = negative / positive` makes both sides count the same. There is one weight for all outputs, or one
/// for each label of outputs `[n, labels]`, finite and at least 0. Near the zero of its slope, the gradient of an upstream gradient `g` has an absolute
/// error of at most `6 max(p, 1) ε g / n`.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
/// use backprop_train::{BinaryCrossEntropy, Loss};
///
/// let output = Tape::new().variable(Tensor::from([[0.0_f32], [0.0]]));
/// let loss = BinaryCrossEntropy.pos_weight([3.0]).loss(&output, &Tensor::from([1_i64, 0])).item()?;
/// assert!((loss - (3.0 + 1.0) / 2.0 * 2.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PosWeight {
    weights: Vec<f64>,
}

impl BinaryCrossEntropy {
    /// With positive targets that count so many times: [`PosWeight`], one for all outputs, or one for each label.
    pub fn pos_weight(self, weights: impl IntoIterator<Item = f64>) -> PosWeight {
        PosWeight {
            weights: weights.into_iter().collect(),
        }
    }
}

impl PosWeight {
    #[track_caller]
    fn surprise<T: Float, Y: Numeric>(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        let (weights, targets) = (self.weights.clone(), targets.cast());
        output.apply(Surprise { weights, targets })
    }
}

impl<T: Float, Y: Numeric> Loss<T, Y> for PosWeight {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        self.surprise(output, targets).mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some(mean_of_samples(&self.surprise(output, targets)))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        Loss::<T, Y>::check(&BinaryCrossEntropy, output, targets)
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        Loss::<T, Y>::classes(&BinaryCrossEntropy, output, targets)
    }

    /// With the frequency `f` of a label, the loss of the probability `p f / (p f + 1 - f)`; the mean over the labels.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        let frequencies = weighted_mean(&targets.cast().ok()?, weights).ok()?.to_vec();
        let part = |share: f64, all: f64| {
            if share > 0.0 {
                share * (all / share).ln()
            } else {
                0.0
            }
        };
        let label = |(place, &frequency): (usize, &f64)| {
            let weight = self.weights.get(place).or(self.weights.first())?;
            let (positive, negative) = (weight * frequency, 1.0 - frequency);
            Some(part(positive, positive + negative) + part(negative, positive + negative))
        };
        let sum: Option<f64> = frequencies.iter().enumerate().map(label).sum();
        Some(sum? / frequencies.len() as f64)
    }
}

/// `l = p y ln(1 + e^-x) + (1 - y) ln(1 + e^x)`, `dl/dx = (1 - y) σ(x) - p y σ(-x)`.
#[derive(Debug)]
struct Surprise<T: Float> {
    weights: Vec<f64>,
    targets: TensorResult<Tensor<T>>,
}

impl<T: Float> Surprise<T> {
    /// The weights in a shape that broadcasts to that of the outputs.
    fn weights(&self, output: &Tensor<T>) -> TensorResult<Tensor<T>> {
        let name = "binary cross entropy";
        let is_right = |weight: &&f64| weight.is_finite() && **weight >= 0.0;
        if let Some(&weight) = self.weights.iter().find(|weight| !is_right(weight)) {
            let expected = "must be a finite number, at least 0";
            return Err(Error::argument(name, "pos_weight", weight, expected));
        }
        let labels = of_sample(output.shape());
        if self.weights.len() != 1 && (output.rank() != 2 || self.weights.len() != labels) {
            let expected =
                "do not fit: one positive weight for all outputs, or one for each label of [n, labels]";
            return Err(Error::shapes(
                name,
                output.shape(),
                &[self.weights.len()],
                expected,
            ));
        }
        Tensor::from(self.weights.clone()).cast()
    }
}

impl<T: Float> Op<T> for Surprise<T> {
    /// Outputs, targets and weights.
    type Saved = (Tensor<T>, Tensor<T>, Tensor<T>);

    fn forward(&self, inputs: &[&Tensor<T>]) -> TensorResult<(Tensor<T>, Self::Saved)> {
        let [output] = operands(inputs)?;
        let targets = fitting("binary cross entropy", output.shape(), self.targets.clone()?)?;
        let weights = self.weights(output)?;
        let formula = surprise!(|x, y, p| p * y);
        let loss = output.apply(&formula, &[&targets, &weights])?;
        Ok((loss, (output.clone(), targets, weights)))
    }

    fn backward(
        &self,
        (output, targets, weights): Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> TensorResult<()> {
        let formula = surprise_gradient!(|g, x, y, p| p * y, both 1.0 - y + p * y);
        let operands = [&output, &targets, &weights];
        inputs.add(0, gradient.into_apply(&formula, &operands)?)
    }

    fn differentiate(
        &self,
        (output, targets, weights): &Self::Saved,
        at: &Differential<T>,
    ) -> backprop_autodiff::Result<()> {
        let [x] = at.operands()?;
        let is_positive = output.greater(&Tensor::scalar(T::ZERO))?;
        let missed = x.constant(weights.try_mul(targets)?);
        let alarmed = x.constant(targets.clone()) * -T::ONE + T::ONE;
        let both = &missed + &alarmed;
        let above = alarmed - (-x).sigmoid() * &both;
        let below = x.sigmoid() * both - missed;
        at.add(0, at.gradient() * above.where_else(&is_positive, &below))
    }
}
