//! Outputs and targets of a classification as plain numbers.

use backprop_tensor::{Error, Tensor};
use serde::{Deserialize, Serialize};

use super::sample_weights::RowWeights;
use super::tally::Batch;
use crate::Result;

/// What is to be classified, with the numbers of classes and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// One score a sample, for class 1.
    Binary,
    /// A score for each class, one of which is right.
    Classes(usize),
    /// A score for each label, any of which are right.
    Labels(usize),
}

impl Task {
    /// How many scores a sample has.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::Binary => 1,
            Self::Classes(width) | Self::Labels(width) => width,
        }
    }
}

/// The scores of some samples, and what is right.
#[derive(Debug)]
pub(crate) struct Scores {
    pub(crate) task: Task,
    /// One row after another.
    scores: Tensor<f64>,
    /// A class for each row of scores, or 0 or 1 for each score.
    targets: Vec<usize>,
    /// Of each row of scores.
    weights: RowWeights,
}

impl Scores {
    /// The scores in these outputs.
    ///
    /// # Errors
    /// If the shapes fit no task, or a target that counts is no class.
    pub(crate) fn new(metric: &'static str, batch: &Batch) -> Result<Self> {
        let Batch {
            outputs,
            targets,
            weights,
        } = batch;
        let (shape, right) = (outputs.shape().dims(), targets.shape().dims());
        let (task, scores) = match (shape, right) {
            ([n] | [n, 1], [m] | [m, 1]) if n == m => (Task::Binary, outputs.contiguous()?),
            ([_, classes, others @ ..], [_, rest @ ..]) if shape[0] == right[0] && others == rest => {
                (Task::Classes(*classes), rows(outputs)?)
            }
            ([_, labels], _) if shape == right => (Task::Labels(*labels), outputs.contiguous()?),
            _ => {
                let expected = "do not fit: a class for each row of outputs, or 0 or 1 for each output";
                return Err(Error::shapes(metric, shape, right, expected).into());
            }
        };
        let classes = match task {
            Task::Classes(classes) => classes,
            Task::Binary | Task::Labels(_) => 2,
        };
        // How many targets a row of scores has.
        let width = match task {
            Task::Labels(labels) => labels.max(1),
            Task::Binary | Task::Classes(_) => 1,
        };
        let weights = RowWeights::new(metric, weights.as_ref(), right, targets.count() / width)?;
        let class = |(place, target): (usize, f64)| match target {
            _ if weights.of(place / width) == 0.0 => Ok(0),
            class if class >= 0.0 && class < classes as f64 && class.fract() == 0.0 => Ok(class as usize),
            _ => Err(Error::argument(
                metric,
                "target",
                target,
                format!("must be a class from 0 to {}", classes.saturating_sub(1)),
            )),
        };
        let targets = targets.contiguous()?;
        let targets = { targets.as_slice().unwrap_or(&[]).iter().copied().enumerate() }
            .map(class)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            task,
            scores,
            targets,
            weights,
        })
    }

    /// Whether nothing counts; there may be more classes then than memory could hold.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows().next().is_none()
    }

    /// Scores, targets and weight, sample by sample, without those that have no weight: one target for all scores of a class, one for each of
    /// labels.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&[f64], &[usize], f64)> {
        let width = match self.task {
            Task::Labels(labels) => labels,
            Task::Binary | Task::Classes(_) => 1,
        };
        let scores = self.scores.as_slice().unwrap_or(&[]);
        let scores = scores.chunks_exact(self.task.width().max(1));
        let rows = scores.zip(self.targets.chunks_exact(width.max(1)));
        rows.enumerate()
            .map(|(row, (scores, targets))| (scores, targets, self.weights.of(row)))
            .filter(|&(.., weight)| weight > 0.0)
    }
}

/// `[n, classes, ...]` with the classes last.
fn rows(output: &Tensor<f64>) -> Result<Tensor<f64>> {
    if output.rank() == 2 {
        return Ok(output.contiguous()?);
    }
    let rank = output.rank() as isize;
    let order: Vec<isize> = [0].into_iter().chain(2..rank).chain([1]).collect();
    Ok(output.permute(order)?.contiguous()?)
}

/// The place of the largest score, the first among equals; none if one of them is NaN, which says nothing.
pub(crate) fn largest(scores: &[f64]) -> Option<usize> {
    let mut best = 0;
    for (place, &score) in scores.iter().enumerate() {
        if score.is_nan() {
            return None;
        }
        if score > scores[best] {
            best = place;
        }
    }
    Some(best)
}

/// Whether a score is for class 1; none if it is NaN.
pub(crate) fn is_positive(score: f64) -> Option<bool> {
    (!score.is_nan()).then_some(score > 0.0)
}

/// `-log softmax(x)_y`.
pub(crate) fn surprise(scores: &[f64], class: usize) -> f64 {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::INFINITY && !scores.iter().any(|score| score.is_nan()) {
        // All there is belongs to the infinite scores.
        let certain = scores.iter().filter(|&&score| score == f64::INFINITY).count();
        return match scores[class] == f64::INFINITY {
            true => (certain as f64).ln(),
            false => f64::INFINITY,
        };
    }
    let sum: f64 = scores.iter().map(|score| (score - largest).exp()).sum();
    sum.ln() + largest - scores[class]
}

/// `-log sigmoid(x)` if the target is 1, `-log (1 - sigmoid(x))` if it is 0.
pub(crate) fn binary_surprise(score: f64, target: usize) -> f64 {
    let against = if target == 1 { -score } else { score };
    against.max(0.0) + (-against.abs()).exp().ln_1p()
}
