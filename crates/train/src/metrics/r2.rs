use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Tally, counted, counting, weighed};
use super::{Count, Metric};
use crate::Result;

/// The coefficient of determination, `R² = 1 - Σ (x - y)² / Σ (y - mean(y))²`: 1 for perfect outputs, 0 for those that are always the mean.
///
/// With several outputs a sample, the mean over them. Where all targets are equal it is 1 if the outputs are right and 0 if not; NaN for
/// less than two samples (scikit-learn's `r2_score`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct R2;

impl<T: Float, Y: Numeric> Metric<T, Y> for R2 {
    fn name(&self) -> &str {
        "r2"
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Explained::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Explained {
    columns: Vec<Spread>,
}

/// Of one output: the spread of its targets around their running mean (West 1979), and what is left of it.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Spread {
    #[serde(deserialize_with = "counted")]
    count: u64,
    #[serde(deserialize_with = "weighed")]
    weight: f64,
    mean: f64,
    total: f64,
    residual: f64,
}

impl Spread {
    fn value(self) -> f64 {
        match self {
            Self { count: 0 | 1, .. } => f64::NAN,
            Self {
                total: 0.0,
                residual: 0.0,
                ..
            } => 1.0,
            Self { total: 0.0, .. } => 0.0,
            Self { total, residual, .. } => 1.0 - residual / total,
        }
    }
}

impl Tally for Explained {
    fn add(
        &mut self,
        output: &Tensor<f64>,
        targets: &Tensor<f64>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<()> {
        let pairs = Pairs::new("r2", output, targets, weights)?;
        pairs.for_columns("r2", &mut self.columns, |spread, output, target, weight| {
            spread.count += 1;
            spread.weight += weight;
            let distance = target - spread.mean;
            spread.mean += distance * weight / spread.weight;
            spread.total += weight * distance * (target - spread.mean);
            spread.residual += weight * (output - target).powi(2);
        })
    }

    fn value(&self) -> f64 {
        let values: f64 = self.columns.iter().map(|spread| spread.value()).sum();
        values / self.columns.len() as f64
    }
}
