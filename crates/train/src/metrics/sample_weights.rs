//! How much each sample, or each target of one, counts in a metric.

use backprop_tensor::{Error, Result, Tensor};

/// How many times as many samples as there are may stand for samples with weights.
const MOST_TIMES: f64 = 64.0;

/// The samples, each as often as it weighs: `None` if the weights are none of samples, are no whole numbers, or are too large for that.
pub(super) fn repeated(weights: &Tensor<f64>, targets: &[usize]) -> Option<Vec<i64>> {
    if Some(weights.shape().dims()) != targets.get(..1) {
        return None;
    }
    let weights = weights.to_vec();
    let is_whole = |weight: &f64| *weight >= 0.0 && weight.fract() == 0.0;
    if !weights.iter().all(is_whole) || weights.iter().sum::<f64>() > MOST_TIMES * weights.len() as f64 {
        return None;
    }
    let samples = weights.iter().enumerate();
    Some(
        samples
            .flat_map(|(sample, &weight)| std::iter::repeat_n(sample as i64, weight as usize))
            .collect(),
    )
}

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
