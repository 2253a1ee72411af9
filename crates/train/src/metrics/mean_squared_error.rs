use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Batch, Mean, Tally, counting};
use super::total::difference;
use super::{Count, Metric};
use crate::{MeanSquaredError, Result};

/// The mean squared error, `Σ (x - y)² / n` over all outputs. Shapes: see [`Metric`].
impl<T: Float, Y: Numeric> Metric<T, Y> for MeanSquaredError {
    fn name(&self) -> &str {
        "mse"
    }

    fn less_is_better(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Squared::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Squared(Mean);

impl Tally for Squared {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        for (_, output, target, weight) in Pairs::new("mse", batch)?.iter() {
            self.0.add_square(difference(output, target), weight);
        }
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0.value()
    }
}
