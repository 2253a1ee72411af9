use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::class_counts::{Average, ClassCount, ClassCounts};
use super::tally::{Batch, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The share of the samples taken for a class that are of it: `TP / (TP + FP)`.
///
/// Of class 1 for binary outputs; of several classes or labels as [`Average`] says. 0 where it would be a share of nothing.
/// Shapes and tasks: see [`Metric`].
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::{Average, Metric, Precision};
///
/// let mut count = Precision::new(Average::Macro).start();
/// // Taken for class 1, 1 and 0, but of class 1, 0 and 0.
/// count.add(&Tensor::from([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1]]), &Tensor::from([1, 0, 0]))?;
/// assert_eq!(count.value(), (1.0 + 0.5) / 2.0);
/// # Ok::<(), backprop_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precision {
    average: Average,
    name: String,
}

impl Precision {
    /// With this average over the classes.
    pub fn new(average: Average) -> Self {
        Self {
            average,
            name: format!("precision{}", average.suffix()),
        }
    }
}

impl Default for Precision {
    fn default() -> Self {
        Self::new(Average::Automatic)
    }
}

impl<T: Float, Y: Numeric> Metric<T, Y> for Precision {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(PrecisionCounts {
            average: self.average,
            counts: ClassCounts::default(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct PrecisionCounts {
    average: Average,
    counts: ClassCounts,
}

impl Tally for PrecisionCounts {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        self.counts.add("precision", batch)
    }

    fn value(&self) -> f64 {
        self.counts.average(self.average, ClassCount::precision)
    }
}
