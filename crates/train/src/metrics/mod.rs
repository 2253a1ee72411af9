//! What is reported beside the loss: one file a metric.
//!
//! Every metric counts in f64, sample after sample, so that it is the same number whatever the batches are. What it means, and what it is
//! where a class is absent, scores are equal or samples have weights, is what scikit-learn documents; where that is an error, each metric says
//! what it is here.

mod accuracy;
mod average_precision;
mod class_counts;
mod confusion_matrix;
mod f1;
mod log_loss;
mod mean_absolute_error;
mod mean_squared_error;
mod pairs;
mod perplexity;
mod precision;
mod precision_recall_curve;
mod r2;
mod ranking;
mod recall;
mod report;
mod roc_auc;
mod roc_curve;
mod root_mean_squared_error;
mod sample_weights;
mod scores;
mod tally;
mod top_k;
mod total;

pub use accuracy::Accuracy;
pub use average_precision::AveragePrecision;
pub use class_counts::Average;
pub use confusion_matrix::ConfusionMatrix;
pub use f1::F1;
pub use log_loss::LogLoss;
pub use perplexity::Perplexity;
pub use precision::Precision;
pub use precision_recall_curve::PrecisionRecallCurve;
pub use r2::R2;
pub use recall::Recall;
pub use report::ClassReport;
pub use roc_auc::RocAuc;
pub use roc_curve::RocCurve;
pub use root_mean_squared_error::RootMeanSquaredError;
pub use top_k::TopK;

pub(crate) use tally::Mean;
pub(crate) use total::difference;

use std::fmt::Debug;

use backprop_tensor::{Element, Float, Tensor};

use crate::{Error, Result};

/// A number that says how good outputs are.
///
/// Outputs are those of a model with a loss from logits. What the task is follows from the shapes of outputs and targets, with any type
/// of number as targets:
///
/// | outputs | targets | task | predicted |
/// | --- | --- | --- | --- |
/// | `[n]` or `[n, 1]` | `[n]` or `[n, 1]`, 0 or 1 | binary | 1 where the output is above 0 |
/// | `[n, classes]`, also `[n, classes, ...]` | `[n]`, `[n, ...]` | multi-class | the class of the largest output, the first among equals |
/// | `[n, labels]` | `[n, labels]`, 0 or 1 | multi-label | 1 where the output is above 0 |
///
/// An output of NaN predicts nothing: such a sample is taken for no class, so that it is never right, not even where class 0 is; with
/// several labels, a label of NaN is taken for what it is not.
///
/// For regression, outputs and targets have the same shape, or `[n, 1]` and `[n]`.
///
/// A [`Trainer`](crate::Trainer) counts its metrics by itself. In a loop of one's own, a metric is started once for each pass over the data:
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_datasets::{Dataset, synthetic::moons};
/// use backprop_layers::{Layer, Linear};
/// use backprop_tensor::Rng;
/// use backprop_train::{Accuracy, Metric};
///
/// let data = moons(100, 0.1, &mut Rng::seed(0))?;
/// let model = Linear::new(2, 2, &mut Rng::seed(0));
/// let mut accuracy = Accuracy.start();
/// for batch in data.batches(32) {
///     let output = model.forward(&Tape::inference().input(batch.inputs));
///     accuracy.add(output.value()?, &batch.targets)?;
/// }
/// assert!((0.0..=1.0).contains(&accuracy.value()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Samples may have weights: see [`Count::add_weighted`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no metric of outputs of `{T}` and targets of `{Y}`",
    note = "a metric has a name and counts over batches, so no closure is one: see the documentation of `Metric` and `Count`"
)]
pub trait Metric<T: Float = f32, Y: Element = i64>: Debug {
    /// What it is called in progress lines, logs and histories: `accuracy`. A trainer takes no two of one name, and none of the name `loss`.
    fn name(&self) -> &str;

    /// Whether less of it is better, as of an error. More is, unless a metric says otherwise. It is what
    /// [`EarlyStopping::monitor`](crate::EarlyStopping::monitor) and [`Checkpoint::best_of`](crate::Checkpoint::best_of) go by.
    fn less_is_better(&self) -> bool {
        false
    }

    /// A fresh count, for one pass over the data.
    fn start(&self) -> Box<dyn Count<T, Y>>;
}

impl<T: Float, Y: Element> Metric<T, Y> for Box<dyn Metric<T, Y>> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn less_is_better(&self) -> bool {
        (**self).less_is_better()
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        (**self).start()
    }
}

/// A metric being counted, batch by batch: exact whatever the sizes of the batches.
pub trait Count<T: Float = f32, Y: Element = i64> {
    /// Counts a batch.
    ///
    /// # Errors
    /// If the shapes of outputs and targets do not fit.
    fn add(&mut self, output: &Tensor<T>, targets: &Tensor<Y>) -> Result<()>;

    /// Counts a batch whose samples have weights: `[n]`, or one for each target in the shape of the targets; finite and at least 0. A sum over samples
    /// becomes one over their weights (scikit-learn's `sample_weight`), so that a weight of 2 is the same as two such samples.
    /// What has the weight 0 is passed over, whatever its output and target are, as if it were not there.
    ///
    /// # Errors
    /// As [`add`](Self::add), or if the weights are no such weights. A count that does not say how it weighs, as is the default, is given each sample
    /// as often as it weighs; weights that are no whole numbers, those of targets instead of samples, and such that make a batch more than 64 times as large are
    /// an error then.
    fn add_weighted(&mut self, output: &Tensor<T>, targets: &Tensor<Y>, weights: &Tensor<f64>) -> Result<()> {
        let Some(rows) = sample_weights::repeated(weights, targets.shape()) else {
            return Err(Error::setting(
                "weights of samples that are no whole numbers, or large ones, or of targets",
                "this metric takes none of these: its count must have `add_weighted`",
            ));
        };
        if rows.is_empty() {
            return Ok(());
        }
        let rows = Tensor::from(rows);
        self.add(&output.index_select(0, &rows)?, &targets.index_select(0, &rows)?)
    }

    /// The metric over all batches so far; NaN if there were none.
    fn value(&self) -> f64;

    /// What was counted so far, for a checkpoint in the middle of an epoch. Without it (the default), a run that goes on from there
    /// reports the metric of the rest of that epoch.
    ///
    /// # Errors
    /// If it cannot be written as bytes.
    fn state(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    /// Goes on from what was counted.
    ///
    /// # Errors
    /// If the bytes are not of a count like this.
    fn restore(&mut self, state: &[u8]) -> Result<()> {
        match state {
            [] => Ok(()),
            _ => Err(Error::State("this count keeps no state".into())),
        }
    }
}
