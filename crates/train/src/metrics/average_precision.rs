use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::ranking::{Above, Ranked};
use super::tally::{Batch, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The area under the [precision-recall curve](crate::PrecisionRecallCurve) as steps: `Σ (R_i - R_(i-1)) P_i` over the thresholds.
///
/// Of several classes (one against the others, by probability) or labels, the mean over them: scikit-learn's `average_precision_score` with
/// `average="macro"`. Without positive samples it is 0 of a binary output and of a label, as in scikit-learn. Of several classes, one of which has no samples,
/// it is the mean over the others, as if there were no such class (scikit-learn refuses that).
///
/// It keeps all outputs of a pass in memory. Shapes and tasks: see [`Metric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AveragePrecision;

impl<T: Float, Y: Numeric> Metric<T, Y> for AveragePrecision {
    fn name(&self) -> &str {
        "average_precision"
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Ranks::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Ranks(Ranked);

impl Tally for Ranks {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        self.0.add("average_precision", batch)
    }

    fn value(&self) -> f64 {
        self.0.mean(average_precision, 0.0)
    }
}

/// `None` without positive samples.
pub(super) fn average_precision(thresholds: &[Above]) -> Option<f64> {
    let positive = thresholds
        .last()
        .map(|last| last.hits)
        .filter(|&hits| hits > 0.0)?;
    let (mut before, mut sum) = (0.0, 0.0);
    for above in thresholds {
        sum += (above.hits - before) * above.precision();
        before = above.hits;
    }
    Some(sum / positive)
}
