use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::ranking::{Above, Ranked};
use super::tally::{Batch, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The area under the [ROC curve](crate::RocCurve): how likely a sample of a class has a larger output than one of another; equal outputs
/// count half.
///
/// Of several classes (one against the others, by probability) or labels, the mean over them: scikit-learn's `roc_auc_score` with
/// `multi_class="ovr", average="macro"`. Without samples of both kinds there is no area: it is NaN of a binary output and of labels, one of which has it, as
/// in scikit-learn. Of several classes, one of which has no samples, it is the mean over the others, as if there were no such class
/// (scikit-learn: NaN); NaN if all samples are of one class.
///
/// It keeps all outputs of a pass in memory. Shapes and tasks: see [`Metric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RocAuc;

impl<T: Float, Y: Numeric> Metric<T, Y> for RocAuc {
    fn name(&self) -> &str {
        "roc_auc"
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Ranks::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Ranks(Ranked);

impl Tally for Ranks {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        self.0.add("roc_auc", batch)
    }

    fn value(&self) -> f64 {
        self.0.mean(area, f64::NAN)
    }
}

/// Sums of whole numbers but for the last step, if weights are: nothing is rounded on the way, up to 2⁵³ pairs.
fn area(thresholds: &[Above]) -> Option<f64> {
    let last = thresholds
        .last()
        .filter(|last| last.hits > 0.0 && last.false_alarms > 0.0)?;
    let (mut before, mut twice) = ((0.0, 0.0), 0.0);
    for above in thresholds {
        twice += (above.false_alarms - before.0) * (above.hits + before.1);
        before = (above.false_alarms, above.hits);
    }
    Some(twice / (2.0 * last.hits * last.false_alarms))
}
