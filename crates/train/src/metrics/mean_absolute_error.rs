use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Mean, Tally, counting};
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
    fn add(
        &mut self,
        output: &Tensor<f64>,
        targets: &Tensor<f64>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<()> {
        for (_, output, target, weight) in Pairs::new("mae", output, targets, weights)?.iter() {
            self.0.add((output - target).abs(), weight);
        }
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0.value()
    }
}
