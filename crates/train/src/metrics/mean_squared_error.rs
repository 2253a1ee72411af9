use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Mean, Tally, counting};
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
    fn add(
        &mut self,
        output: &Tensor<f64>,
        targets: &Tensor<f64>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<()> {
        for (_, output, target, weight) in Pairs::new("mse", output, targets, weights)?.iter() {
            self.0.add((output - target).powi(2), weight);
        }
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0.value()
    }
}
