//! How much each sample, or each target of one, counts in a metric.

use backprop_tensor::{Error, Result, Tensor};

/// The weight of each row of numbers that are counted together.
#[derive(Debug)]
pub(crate) struct RowWeights {
    /// Empty if all are 1.
    weights: Vec<f64>,
    /// How many rows one after another have the same.
    repeat: usize,
}

impl RowWeights {
    /// Of `rows` rows: the weights are `[n]`, one for each of the samples, or have the shape of the targets, one for each row.
    ///
    /// # Errors
    /// If there are others, or one is negative, infinite or NaN.
    pub(crate) fn new(
        metric: &'static str,
        weights: Option<&Tensor<f64>>,
        targets: &[usize],
        rows: usize,
    ) -> Result<Self> {
        let Some(weights) = weights else {
            return Ok(Self {
                weights: Vec::new(),
                repeat: 1,
            });
        };
        let shape = weights.shape().dims();
        let repeat = match (shape, targets) {
            ([n], [samples, ..]) if n == samples => rows / (*n).max(1),
            _ if shape == targets && weights.count() == rows => 1,
            _ => {
                let expected = "do not fit: a weight for each sample, [n], or for each target";
                return Err(Error::shapes(metric, targets, shape, expected));
            }
        };
        let weights = weights.to_vec();
        let is_right = |weight: &f64| weight.is_finite() && *weight >= 0.0;
        match weights.iter().find(|weight| !is_right(weight)) {
            Some(&weight) => {
                let expected = "must be a finite number, at least 0";
                Err(Error::argument(metric, "weight", weight, expected))
            }
            None => Ok(Self { weights, repeat }),
        }
    }

    pub(crate) fn of(&self, row: usize) -> f64 {
        self.weights.get(row / self.repeat.max(1)).copied().unwrap_or(1.0)
    }
}
