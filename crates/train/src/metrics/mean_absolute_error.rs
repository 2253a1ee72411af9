use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Batch, Mean, Tally, counting};
use super::total::difference;
use super::{Count, Metric};
use crate::{MeanAbsoluteError, Result};

/// The mean absolute error, `Σ |x - y| / n` over all outputs. Shapes: see [`Metric`].
impl<T: Float, Y: Numeric> Metric<T, Y> for MeanAbsoluteError {
    fn name(&self) -> &str {
        "mae"
    }

    fn less_is_better(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Absolute::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Absolute(Mean);

impl Tally for Absolute {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        for (_, output, target, weight) in Pairs::new("mae", batch)?.iter() {
            let [distance, times] = difference(output, target);
            self.0.add_product([distance.abs(), times, 1.0, 1.0], weight);
        }
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0.value()
    }
}
