//! What is minimized: one file a loss.

mod binary_cross_entropy;
mod boxed;
mod cross_entropy;
mod distance;
mod huber;
mod ignore_index;
mod label_smoothing;
mod logits;
mod mean_absolute_error;
mod mean_squared_error;
mod per_batch;
mod per_sample;
mod perceptron_criterion;
mod pos_weight;
mod residual;
mod smooth_l1;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use cross_entropy::CrossEntropy;
pub use huber::Huber;
pub use ignore_index::IgnoreIndex;
pub use label_smoothing::LabelSmoothing;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;
pub use per_batch::PerBatch;
pub use per_sample::PerSample;
pub use perceptron_criterion::PerceptronCriterion;
pub use pos_weight::PosWeight;
pub use smooth_l1::SmoothL1;

use backprop_autodiff::Var;
use backprop_tensor::{Element, Float, Result as TensorResult, Tensor};

use crate::validation::is_integer;

/// How far the outputs of a batch are from its targets, as one number.
///
/// A closure is a loss, and with [`PerBatch`](fn@PerBatch) around it, the types of its arguments need not be written:
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
///
/// Without types and without `PerBatch`, the compiler asks for them:
///
/// ```compile_fail,E0282
/// # use backprop_optim::Sgd;
/// # use backprop_train::Trainer;
/// let trainer: Trainer<_, Sgd> = Trainer::new(|output, targets| output.cross_entropy(targets), Sgd::new(0.1));
/// ```
///
/// ```
/// # use backprop_optim::Sgd;
/// # use backprop_train::{PerBatch, Trainer};
/// let trainer: Trainer<_, Sgd> = Trainer::new(PerBatch(|output, targets| output.cross_entropy(targets)), Sgd::new(0.1));
/// ```
///
/// The other methods are what a trainer would like to know besides, and a closure cannot say: [`PerSample`](fn@PerSample) is a closure whose
/// samples can be weighted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no loss of outputs of `{T}` and targets of `{Y}`",
    note = "a closure is one if it takes `&Var<{T}>` and `&Tensor<{Y}>`, and returns the loss of the batch as a `Var<{T}>`",
    note = "in `PerBatch(|output, targets| ...)` and `PerSample(|output, targets| ...)` its arguments need no types"
)]
pub trait Loss<T: Float = f32, Y: Element = i64> {
    /// The loss of these outputs; a failure sticks to their tape.
    #[track_caller]
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T>;

    /// The loss of each sample, `[n]`, of which [`loss`](Self::loss) is the mean. Without it (`None`), samples cannot be weighted.
    #[track_caller]
    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        let _ = (output, targets);
        None
    }

    /// The weighted mean of the samples' losses, `Σ w l / Σ w`, with weights `[n]` that are finite, at least 0 and not all 0; a sample of weight 0
    /// counts nothing, even if its loss is infinite. Computed from [`each`](Self::each) if a loss does not know better; `None` without it.
    #[track_caller]
    fn weighted(&self, output: &Var<T>, targets: &Tensor<Y>, weights: &Tensor<f64>) -> Option<Var<T>> {
        weighted_sum(self, output, targets, weights)
    }

    /// The class whose targets do not count, if there is one. The trainer then multiplies the weight of each sample with the share of its targets
    /// that count, and its metrics pass over the others. A loss that says so must have [`each`](Self::each): the loss of a sample is the mean over
    /// those of its targets that count.
    fn ignored_class(&self) -> Option<i64> {
        None
    }

    /// Whether these targets can be learned with outputs of this shape.
    ///
    /// # Errors
    /// The first sample with which they cannot.
    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        let _ = (output, targets);
        Ok(())
    }

    /// Among how many classes the targets choose, if they are classes.
    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        let _ = (output, targets);
        None
    }

    /// The loss of the best output that is the same for all samples: what a model must undercut to have learned anything. With weights `[n]` of
    /// the samples, the loss is their weighted mean `Σ w l / Σ w`; `None` if they are all 0.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        let _ = (targets, weights);
        None
    }
}

/// `Σ w l / Σ w`, of the samples that weigh anything: 0 times an infinite loss, or its infinite gradient, would be NaN.
#[track_caller]
fn weighted_sum<T: Float, Y: Element>(
    loss: &(impl Loss<T, Y> + ?Sized),
    output: &Var<T>,
    targets: &Tensor<Y>,
    weights: &Tensor<f64>,
) -> Option<Var<T>> {
    let all = weights.to_vec();
    let total: f64 = weights.sum(..).and_then(|total| total.item()).unwrap_or(f64::NAN);
    let shares = |weights: &[f64]| {
        let shares: Vec<T> = weights.iter().map(|weight| T::from_f64(weight / total)).collect();
        Tensor::from(shares)
    };
    let places: Vec<i64> = (0_i64..)
        .zip(&all)
        .filter(|&(_, &weight)| weight != 0.0)
        .map(|(place, _)| place)
        .collect();
    let (each, weights) = match places.len() < all.len() && targets.shape().first() == Some(&all.len()) {
        true => {
            let places = Tensor::from(places);
            // Targets that there is no memory for fit no outputs, and the tape says so.
            let targets = targets.index_select(0, &places).unwrap_or_default();
            let each = loss.each(&output.index_select(0, &places), &targets)?;
            (each, all.into_iter().filter(|&weight| weight != 0.0).collect())
        }
        false => (loss.each(output, targets)?, all),
    };
    let shares = each.constant(shares(&weights));
    Some((each * shares).sum(..))
}

impl<T: Float, Y: Element, F: Fn(&Var<T>, &Tensor<Y>) -> Var<T>> Loss<T, Y> for F {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        self(output, targets)
    }
}

/// Why targets cannot be learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The first sample at fault, if it is one.
    pub sample: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What would have been right.
    pub expected: String,
}

impl Fault {
    /// Shapes that do not fit.
    fn shapes(output: &[usize], targets: &[usize], expected: &str) -> Self {
        Self {
            sample: None,
            what: format!("the model's outputs are {output:?}, the targets {targets:?}"),
            expected: expected.into(),
        }
    }

    /// The first target that is not right. `others` is how many targets a sample has.
    fn first(
        targets: &[f64],
        others: usize,
        expected: &str,
        is_right: impl Fn(f64) -> bool,
    ) -> Result<(), Self> {
        match targets.iter().position(|&target| !is_right(target)) {
            None => Ok(()),
            Some(place) => Err(Self {
                sample: Some(place / others.max(1)),
                what: format!("the target is {}", targets[place]),
                expected: expected.into(),
            }),
        }
    }
}

/// How much each of these targets counts, in their shape: 0 where they are of the ignored class, otherwise 1; nothing if there is no such target.
pub(crate) fn counting<Y: Element>(
    targets: &Tensor<Y>,
    ignored: Option<i64>,
) -> TensorResult<Option<Tensor<f64>>> {
    let Some(ignored) = ignored.filter(|_| is_integer::<Y>()) else {
        return Ok(None);
    };
    let counts = targets
        .cast::<i64>()?
        .map(|class| if class == ignored { 0.0 } else { 1.0 })?;
    Ok(counts.to_vec().contains(&0.0).then_some(counts))
}

/// How many numbers a sample has in a tensor of this shape; in one without samples, that may be more than can be counted.
pub(crate) fn of_sample(shape: &[usize]) -> usize {
    let lengths = shape.iter().skip(1);
    lengths.fold(1, |product, &length| product.saturating_mul(length))
}
