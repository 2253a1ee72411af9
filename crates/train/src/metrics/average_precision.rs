use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::ranking::{Above, Ranked};
use super::tally::{Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The area under the [precision-recall curve](crate::PrecisionRecallCurve) as steps: `Σ (R_i - R_(i-1)) P_i` over the thresholds.
///
/// Of several classes (one against the others, by probability) or labels, the mean over those that have samples; NaN if there are none.
/// It keeps all outputs of a pass in memory. Shapes and tasks: see [`Metric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AveragePrecision;

impl<Y: Numeric, T: Float> Metric<Y, T> for AveragePrecision {
    fn name(&self) -> &str {
        "average_precision"
    }

    fn start(&self) -> Box<dyn Count<Y, T>> {
        counting(Ranks::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Ranks(Ranked);

impl Tally for Ranks {
    fn add(&mut self, output: &Tensor<f64>, targets: &Tensor<f64>) -> Result<()> {
        self.0.add("average_precision", output, targets)
    }

    fn value(&self) -> f64 {
        self.0.mean(average_precision)
    }
}

/// `None` without positive samples.
pub(super) fn average_precision(thresholds: &[Above]) -> Option<f64> {
    let positive = thresholds.last().map(|last| last.hits).filter(|&hits| hits > 0)?;
    let (mut before, mut sum) = (0, 0.0);
    for above in thresholds {
        let precision = above.hits as f64 / (above.hits + above.false_alarms) as f64;
        sum += (above.hits - before) as f64 * precision;
        before = above.hits;
    }
    Some(sum / positive as f64)
}
