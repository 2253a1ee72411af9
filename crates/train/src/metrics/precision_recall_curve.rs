use backprop_tensor::{Float, Numeric, Tensor};
use serde::{Deserialize, Serialize};

use super::average_precision::average_precision;
use super::ranking::{area, binary, thresholds};
use super::tally::Batch;
use crate::Result;

/// Precision against recall: for each threshold from the lowest up, and at last a point with precision 1 and recall 0.
///
/// As scikit-learn's `precision_recall_curve`: without positive samples the recall is 1 at each threshold.
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::PrecisionRecallCurve;
///
/// let (scores, targets) = (Tensor::from([0.1_f32, 0.4, 0.35, 0.8]), Tensor::from([0_i64, 0, 1, 1]));
/// let curve = PrecisionRecallCurve::new(&scores, &targets)?;
/// assert_eq!(curve.precision, [0.5, 2.0 / 3.0, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.recall, [1.0, 1.0, 0.5, 0.5, 0.0]);
/// assert!((curve.average_precision() - 0.8333).abs() < 1e-4);
/// # Ok::<(), backprop_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrecisionRecallCurve {
    /// Of the samples at the threshold or above, the share of class 1; 1 at last.
    pub precision: Vec<f64>,
    /// Of the samples of class 1, the share at the threshold or above; 0 at last.
    pub recall: Vec<f64>,
    /// The scores, from the smallest to the largest: one less than the points.
    pub thresholds: Vec<f64>,
    average_precision: f64,
}

impl PrecisionRecallCurve {
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
    /// # use backprop_train::PrecisionRecallCurve;
    /// let (scores, targets) = (Tensor::from([0.1_f32, 0.4, 0.35, 0.8]), Tensor::from([0_i64, 0, 1, 1]));
    /// let curve = PrecisionRecallCurve::weighted(&scores, &targets, &Tensor::from([1.0, 3.0, 1.0, 1.0]))?;
    /// assert_eq!(curve.precision, [1.0 / 3.0, 0.4, 0.25, 1.0, 1.0]);
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
        let samples = binary("precision-recall curve", batch)?;
        let above = thresholds(&samples);
        let positive = above.last().map_or(0.0, |last| last.hits);
        let points = above.iter().rev();
        Ok(Self {
            precision: points
                .clone()
                .map(|above| above.precision())
                .chain([1.0])
                .collect(),
            recall: points
                .clone()
                .map(|above| {
                    if positive == 0.0 {
                        1.0
                    } else {
                        above.hits / positive
                    }
                })
                .chain([0.0])
                .collect(),
            thresholds: points.map(|above| above.threshold).collect(),
            average_precision: average_precision(&above).unwrap_or(0.0),
        })
    }

    /// The area under it as steps, [`AveragePrecision`](crate::AveragePrecision); 0 without positive samples.
    pub fn average_precision(&self) -> f64 {
        self.average_precision
    }

    /// The area under it by trapezoids, which is too optimistic where the curve is coarse.
    pub fn area(&self) -> f64 {
        area(&self.recall, &self.precision)
    }
}
