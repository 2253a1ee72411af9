use backprop_tensor::{Error, Float, Numeric};
use serde::{Deserialize, Serialize};

use super::scores::{Scores, Task};
use super::tally::{Batch, Mean, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The share of samples whose class is among those with the `k` largest outputs: several classes, one of which is right.
///
/// Among equal outputs the class of the higher number comes first, as in scikit-learn's `top_k_accuracy_score`.
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::{Metric, TopK};
///
/// let mut count = TopK::new(2).start();
/// count.add(&Tensor::from([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]), &Tensor::from([1, 0]))?;
/// assert_eq!(count.value(), 0.5);
/// # Ok::<(), backprop_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopK {
    k: usize,
    name: String,
}

impl TopK {
    /// The best `k`.
    pub fn new(k: usize) -> Self {
        Self {
            k,
            name: format!("top_{k}"),
        }
    }
}

impl<T: Float, Y: Numeric> Metric<T, Y> for TopK {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Among {
            k: self.k,
            mean: Mean::default(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Among {
    k: usize,
    mean: Mean,
}

impl Tally for Among {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        let scores = Scores::new("top_k", batch)?;
        if !matches!(scores.task, Task::Classes(_)) {
            let expected = "do not fit: outputs [n, classes] and a class for each";
            return Err(
                Error::shapes("top_k", batch.outputs.shape(), batch.targets.shape(), expected).into(),
            );
        }
        for (scores, targets, weight) in scores.rows() {
            let (own, class) = (scores[targets[0]], targets[0]);
            let better = scores.iter().enumerate();
            let better = better.filter(|&(other, &score)| score > own || (score == own && other > class));
            let is_number = !scores.iter().any(|score| score.is_nan());
            self.mean
                .add(f64::from(is_number && better.count() < self.k), weight);
        }
        Ok(())
    }

    fn value(&self) -> f64 {
        self.mean.value()
    }
}
