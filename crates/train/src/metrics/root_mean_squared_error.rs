use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Mean, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The root of the mean squared error, `sqrt(Σ (x - y)² / n)`; with several outputs a sample, the mean of their roots (scikit-learn's
/// `root_mean_squared_error`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RootMeanSquaredError;

impl<T: Float, Y: Numeric> Metric<T, Y> for RootMeanSquaredError {
    fn name(&self) -> &str {
        "rmse"
    }

    fn less_is_better(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Roots::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Roots {
    columns: Vec<Mean>,
}

impl Tally for Roots {
    fn add(
        &mut self,
        output: &Tensor<f64>,
        targets: &Tensor<f64>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<()> {
        let pairs = Pairs::new("rmse", output, targets, weights)?;
        pairs.for_columns("rmse", &mut self.columns, |mean, output, target, weight| {
            mean.add((output - target).powi(2), weight);
        })
    }

    fn value(&self) -> f64 {
        let roots: f64 = self.columns.iter().map(|mean| mean.value().sqrt()).sum();
        roots / self.columns.len() as f64
    }
}
