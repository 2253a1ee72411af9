use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::ranking::{area, binary, thresholds};
use super::tally::Batch;
use crate::Result;

/// The receiver operating characteristic: for each threshold from the highest down, which share of the positive and of the negative samples
/// lies at it or above.
///
/// As scikit-learn's `roc_curve` with `drop_intermediate=False`. A share is NaN if there are no samples of its kind.
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::RocCurve;
///
/// let curve = RocCurve::new(&Tensor::from([0.1_f32, 0.4, 0.35, 0.8]), &Tensor::from([0_i64, 0, 1, 1]))?;
/// assert_eq!(curve.false_positive_rate, [0.0, 0.0, 0.5, 0.5, 1.0]);
/// assert_eq!(curve.true_positive_rate, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.area(), 0.75);
/// # Ok::<(), backprop_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RocCurve {
    /// Of the samples of class 0, the share at the threshold or above.
    pub false_positive_rate: Vec<f64>,
    /// Of the samples of class 1, the share at the threshold or above.
    pub true_positive_rate: Vec<f64>,
    /// The thresholds: infinity, then the scores from the largest to the smallest.
    pub thresholds: Vec<f64>,
}

impl RocCurve {
    /// The curve of these scores (logits or probabilities of class 1) and targets, 0 or 1, of the same shape.
    ///
    /// # Errors
    /// If the shapes differ, a target is neither 0 nor 1, or a score is NaN.
    pub fn new<T: Float, Y: Numeric>(scores: &Tensor<T>, targets: &Tensor<Y>) -> Result<Self> {
        Self::of(&Batch::new(scores, targets, None)?)
    }

    /// The curve of samples that have weights: `[n]`, or in the shape of the targets; finite and at least 0 (scikit-learn's `sample_weight`). A
    /// number of samples becomes the sum of their weights, and what has the weight 0 is passed over, whatever its score and target are.
    ///
    /// # Errors
    /// As [`new`](Self::new), or if the weights are no such weights.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// # use backprop_train::RocCurve;
    /// let (scores, targets) = (Tensor::from([0.1_f32, 0.4, 0.35, 0.8]), Tensor::from([0_i64, 0, 1, 1]));
    /// let curve = RocCurve::weighted(&scores, &targets, &Tensor::from([1.0, 3.0, 1.0, 1.0]))?;
    /// assert_eq!(curve.false_positive_rate, [0.0, 0.0, 0.75, 0.75, 1.0]);
    /// assert_eq!(curve.area(), 0.625);
    /// # Ok::<(), backprop_train::Error>(())
    /// ```
    pub fn weighted<T: Float, Y: Numeric>(
        scores: &Tensor<T>,
        targets: &Tensor<Y>,
        weights: &Tensor<f64>,
    ) -> Result<Self> {
        Self::of(&Batch::new(scores, targets, Some(weights))?)
    }

    fn of(batch: &Batch) -> Result<Self> {
        let samples = binary("roc curve", batch)?;
        let above = thresholds(&samples);
        let (positive, negative) = above
            .last()
            .map_or((0.0, 0.0), |last| (last.hits, last.false_alarms));
        let mut curve = Self {
            false_positive_rate: vec![0.0 / negative],
            true_positive_rate: vec![0.0 / positive],
            thresholds: vec![f64::INFINITY],
        };
        for above in above {
            curve.false_positive_rate.push(above.false_alarms / negative);
            curve.true_positive_rate.push(above.hits / positive);
            curve.thresholds.push(above.threshold);
        }
        Ok(curve)
    }

    /// The area under it: how likely a positive sample has a larger score than a negative one.
    pub fn area(&self) -> f64 {
        area(&self.false_positive_rate, &self.true_positive_rate)
    }
}
