use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::tally::{Batch, Tally, counted, counting, weights};
use super::total::{Total, difference};
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
    #[serde(deserialize_with = "weights")]
    weight: Total,
    mean: f64,
    total: Total,
    residual: Total,
}

impl Spread {
    fn add(&mut self, output: f64, target: f64, weight: f64) {
        self.count += 1;
        self.weight.add([weight]);
        let [before, times_before] = difference(target, self.mean);
        self.move_mean(target, weight);
        let [after, times_after] = difference(target, self.mean);
        self.total.add([weight, before, times_before, after, times_after]);
        let [left, times] = difference(output, target);
        self.residual.add([weight, left, times, left, times]);
    }

    fn move_mean(&mut self, target: f64, weight: f64) {
        let mut own = Total::default();
        own.add([weight]);
        let share = own.over(self.weight).value();
        let moved = self.mean + (target - self.mean) * share;
        self.mean = match moved.is_finite() {
            true => moved,
            // The mean itself is between the two.
            false => self.mean * (1.0 - share) + target * share,
        };
    }

    fn value(self) -> f64 {
        match (self.total.is_zero(), self.residual.is_zero()) {
            _ if self.count < 2 => f64::NAN,
            (true, true) => 1.0,
            (true, false) => 0.0,
            _ => 1.0 - self.residual.over(self.total).value(),
        }
    }
}

impl Tally for Explained {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        let pairs = Pairs::new("r2", batch)?;
        pairs.for_columns("r2", &mut self.columns, Spread::add)
    }

    fn value(&self) -> f64 {
        let values: f64 = self.columns.iter().map(|spread| spread.value()).sum();
        values / self.columns.len() as f64
    }
}
