use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::ranking::{Above, Ranked};
use super::tally::{Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The area under the [ROC curve](crate::RocCurve): how likely a sample of a class has a larger output than one of another; equal outputs
/// count half.
///
/// Of several classes (one against the others, by probability) or labels, the mean over those that have samples of both kinds; NaN if
/// there are none. It keeps all outputs of a pass in memory. Shapes and tasks: see [`Metric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RocAuc;

impl<Y: Numeric, T: Float> Metric<Y, T> for RocAuc {
    fn name(&self) -> &str {
        "roc_auc"
    }

    fn start(&self) -> Box<dyn Count<Y, T>> {
        counting(Ranks::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Ranks(Ranked);

impl Tally for Ranks {
    fn add(&mut self, output: &Tensor<f64>, targets: &Tensor<f64>) -> Result<()> {
        self.0.add("roc_auc", output, targets)
    }

    fn value(&self) -> f64 {
        self.0.mean(area)
    }
}

/// In whole numbers but for the last step, so that nothing is rounded on the way.
fn area(thresholds: &[Above]) -> Option<f64> {
    let last = thresholds
        .last()
        .filter(|last| last.hits > 0 && last.false_alarms > 0)?;
    let (mut before, mut twice) = ((0, 0), 0_u128);
    for above in thresholds {
        twice += u128::from(above.false_alarms - before.0) * u128::from(above.hits + before.1);
        before = (above.false_alarms, above.hits);
    }
    Some(twice as f64 / (2.0 * last.hits as f64 * last.false_alarms as f64))
}
