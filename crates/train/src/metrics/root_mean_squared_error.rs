use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Batch, Mean, Tally, counting};
use super::total::difference;
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
    fn add(&mut self, batch: &Batch) -> Result<()> {
        let pairs = Pairs::new("rmse", batch)?;
        pairs.for_columns("rmse", &mut self.columns, |mean, output, target, weight| {
            mean.add_square(difference(output, target), weight);
        })
    }

    fn value(&self) -> f64 {
        let mut roots = Mean::default();
        for column in &self.columns {
            roots.add(column.root(), 1.0);
        }
        roots.value()
    }
}
