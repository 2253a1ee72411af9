use backprop_autodiff::{Var, ops::Reduction};
use backprop_tensor::{Float, Numeric, Result as TensorResult, Tensor};

use super::cross_entropy::{baseline, check, cross_entropy};
use super::{CrossEntropy, Fault, LabelSmoothing, Loss, counting};

/// The [cross entropy](CrossEntropy) without the targets of one class: padding, or what nobody has labeled. It is the mean over all other
/// targets, as PyTorch's `ignore_index` has it, with or without [label smoothing](LabelSmoothing).
///
/// The class may be any number, -100 for instance. What is of it counts nothing: not in the loss, whatever the outputs are; not in the metrics of a
/// trainer; and not among the samples that [balanced class weights](crate::ClassWeights::Balanced) are taken from. A trainer takes a step with nothing
/// but ignored targets for one without weight; by itself, the loss of such a batch is NaN, the mean of nothing (as in PyTorch). Targets that are
/// probabilities cannot be ignored.
///
/// In a loop of one's own, its [`weights`](Self::weights) are what a metric [takes](crate::Count::add_weighted) to pass over the same targets.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
/// use backprop_train::{Accuracy, CrossEntropy, Loss, Metric};
///
/// let loss = CrossEntropy.ignore_index(-100);
/// let output = Tape::new().variable(Tensor::from([[0.0_f32, 0.0], [5.0, 9.0], [0.0, 0.0]]));
/// let targets = Tensor::from([1_i64, -100, 0]);
/// assert!((loss.loss(&output, &targets).item()? - 2.0_f32.ln()).abs() < 1e-6);
///
/// let mut accuracy = Accuracy.start();
/// accuracy.add_weighted(output.value()?, &targets, &loss.weights(&targets)?)?;
/// assert_eq!(accuracy.value(), 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IgnoreIndex {
    /// The class that does not count.
    pub class: i64,
    /// The `α` of [`LabelSmoothing`], from 0 to 1; 0 for none.
    pub smoothing: f64,
}

impl CrossEntropy {
    /// Without the targets of this class: [`IgnoreIndex`].
    pub fn ignore_index(self, class: i64) -> IgnoreIndex {
        IgnoreIndex {
            class,
            smoothing: 0.0,
        }
    }
}

impl LabelSmoothing {
    /// Without the targets of this class: [`IgnoreIndex`].
    pub fn ignore_index(self, class: i64) -> IgnoreIndex {
        IgnoreIndex {
            class,
            smoothing: self.smoothing,
        }
    }
}

impl IgnoreIndex {
    /// With targets that are not quite certain: as [`LabelSmoothing`] of this `α`, from 0 to 1.
    pub fn label_smoothing(self, smoothing: f64) -> Self {
        Self { smoothing, ..self }
    }

    /// How much each of these targets counts, in their shape: 0 if it is ignored, otherwise 1.
    ///
    /// # Errors
    /// If there is no memory for them.
    pub fn weights<Y: Numeric>(&self, targets: &Tensor<Y>) -> TensorResult<Tensor<f64>> {
        match counting(targets, Some(self.class))? {
            Some(counts) => Ok(counts),
            None => Tensor::ones(targets.shape()),
        }
    }
}

impl<T: Float, Y: Numeric> Loss<T, Y> for IgnoreIndex {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        cross_entropy(output, targets, self.smoothing, Some(self.class), Reduction::Mean)
    }

    /// The mean over the targets of a sample that count; 0 if none does.
    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        let each = cross_entropy(output, targets, self.smoothing, Some(self.class), Reduction::None);
        let rank = each.shape().rank();
        if rank < 2 {
            return Some(each);
        }
        let others: Vec<isize> = (1..rank as isize).collect();
        let counted = self
            .weights(targets)
            .and_then(|weights| weights.sum(others.clone()));
        let shares = counted.and_then(|counted| counted.map(|count| T::from_f64(1.0 / count.max(1.0))));
        // Without memory for the shares there is none for anything else: an empty tensor fits no losses, and the tape says so.
        let shares = each.constant(shares.unwrap_or_default());
        Some(each.sum(others) * shares)
    }

    fn ignored_class(&self) -> Option<i64> {
        Some(self.class)
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        check::<T, Y>(output, targets, Some(self.class))
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        Loss::<T, Y>::classes(&CrossEntropy, output, targets)
    }

    /// The entropy of the frequencies of the other classes; none with label smoothing.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        if self.smoothing != 0.0 {
            return None;
        }
        baseline(targets, weights, Some(self.class))
    }
}
