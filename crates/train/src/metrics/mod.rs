//! What is reported beside the loss: one file a metric.
//!
//! Every metric counts in f64, sample after sample, so that it is the same number whatever the batches are. What it means, and what it is
//! where a class is absent or scores are equal, is what scikit-learn documents.

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
mod scores;
mod tally;
mod top_k;

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
pub trait Metric<Y: Element = i64, T: Float = f32>: Debug {
    /// What it is called in progress lines and histories: `accuracy`.
    fn name(&self) -> &str;

    /// Whether less of it is better, as of an error. More is, unless a metric says otherwise. It is what
    /// [`EarlyStopping::monitor`](crate::EarlyStopping::monitor) and [`Checkpoint::best_of`](crate::Checkpoint::best_of) go by.
    fn less_is_better(&self) -> bool {
        false
    }

    /// A fresh count, for one pass over the data.
    fn start(&self) -> Box<dyn Count<Y, T>>;
}

impl<Y: Element, T: Float> Metric<Y, T> for Box<dyn Metric<Y, T>> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn less_is_better(&self) -> bool {
        (**self).less_is_better()
    }

    fn start(&self) -> Box<dyn Count<Y, T>> {
        (**self).start()
    }
}

/// A metric being counted, batch by batch: exact whatever the sizes of the batches.
pub trait Count<Y: Element = i64, T: Float = f32> {
    /// Counts a batch.
    ///
    /// # Errors
    /// If the shapes of outputs and targets do not fit.
    fn add(&mut self, output: &Tensor<T>, targets: &Tensor<Y>) -> Result<()>;

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
