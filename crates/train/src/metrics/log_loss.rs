use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::scores::{Scores, Task, binary_surprise, surprise};
use super::tally::{Batch, Mean, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The mean of `-log p` of what is right: the cross entropy of logits, whatever the loss in training is.
///
/// `p` is the softmax of the outputs for classes, the sigmoid for a binary output; for labels, it is the mean over them too. Shapes and
/// tasks: see [`Metric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogLoss;

impl<T: Float, Y: Numeric> Metric<T, Y> for LogLoss {
    fn name(&self) -> &str {
        "log_loss"
    }

    fn less_is_better(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Surprise::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Surprise(Mean);

impl Tally for Surprise {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        let scores = Scores::new("log_loss", batch)?;
        for (scores_of, targets, weight) in scores.rows() {
            match scores.task {
                Task::Classes(_) => self.0.add(surprise(scores_of, targets[0]), weight),
                Task::Binary | Task::Labels(_) => {
                    for (&score, &target) in scores_of.iter().zip(targets) {
                        self.0.add(binary_surprise(score, target), weight);
                    }
                }
            }
        }
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0.value()
    }
}
