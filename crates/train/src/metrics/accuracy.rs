use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::scores::{Scores, Task, is_positive, largest};
use super::tally::{Batch, Mean, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The share of samples that are classified as they should be.
///
/// With several labels a sample, all of them must be right (scikit-learn's `accuracy_score`). An output of NaN is wrong. Shapes and tasks: see [`Metric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accuracy;

impl<T: Float, Y: Numeric> Metric<T, Y> for Accuracy {
    fn name(&self) -> &str {
        "accuracy"
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Correct::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Correct(Mean);

impl Tally for Correct {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        let scores = Scores::new("accuracy", batch)?;
        for (scores_of, targets, weight) in scores.rows() {
            let correct = match scores.task {
                Task::Classes(_) => largest(scores_of) == Some(targets[0]),
                Task::Binary | Task::Labels(_) => scores_of
                    .iter()
                    .zip(targets)
                    .all(|(&score, &target)| is_positive(score) == Some(target == 1)),
            };
            self.0.add(f64::from(correct), weight);
        }
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0.value()
    }
}
