use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::class_counts::{Average, ClassCount, ClassCounts};
use super::tally::{Batch, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The harmonic mean of precision and recall: `2 TP / (2 TP + FP + FN)`.
///
/// Of class 1 for binary outputs; of several classes or labels as [`Average`] says. 0 where it would be a share of nothing.
/// Shapes and tasks: see [`Metric`].
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::{Average, Metric, F1};
///
/// let mut count = F1::new(Average::Macro).start();
/// // Taken for class 1, 1 and 0, but of class 1, 0 and 0.
/// count.add(&Tensor::from([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1]]), &Tensor::from([1, 0, 0]))?;
/// assert!((count.value() - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), backprop_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct F1 {
    average: Average,
    name: String,
}

impl F1 {
    /// With this average over the classes.
    pub fn new(average: Average) -> Self {
        Self {
            average,
            name: format!("f1{}", average.suffix()),
        }
    }
}

impl Default for F1 {
    fn default() -> Self {
        Self::new(Average::Automatic)
    }
}

impl<T: Float, Y: Numeric> Metric<T, Y> for F1 {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(F1Counts {
            average: self.average,
            counts: ClassCounts::default(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct F1Counts {
    average: Average,
    counts: ClassCounts,
}

impl Tally for F1Counts {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        self.counts.add("f1", batch)
    }

    fn value(&self) -> f64 {
        self.counts.average(self.average, ClassCount::f1)
    }
}
