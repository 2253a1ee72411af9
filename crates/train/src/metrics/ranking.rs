//! Scores in order: how many hits and false alarms there are above each of them.

use backprop_tensor::Error;
use serde::{Deserialize, Serialize};

use super::sample_weights::RowWeights;
use super::scores::{Scores, Task};
use super::tally::{Batch, weighed};
use crate::Result;

/// A score of a sample for a class.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Score {
    pub(crate) score: f64,
    /// Whether the sample is of the class.
    pub(crate) positive: bool,
    #[serde(deserialize_with = "weighed")]
    pub(crate) weight: f64,
}

/// What lies at a threshold and above: the weights of the samples, 1 each if they have none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Above {
    pub(crate) threshold: f64,
    pub(crate) hits: f64,
    pub(crate) false_alarms: f64,
}

impl Above {
    pub(crate) fn precision(self) -> f64 {
        self.hits / (self.hits + self.false_alarms)
    }
}

/// For each score, from the largest down, what lies at it and above. Equal scores are one.
pub(crate) fn thresholds(samples: &[Score]) -> Vec<Above> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let (mut hits, mut false_alarms) = (0.0, 0.0);
    let groups = sorted.chunk_by(|a, b| a.score == b.score);
    groups
        .map(|group| {
            for sample in group {
                match sample.positive {
                    true => hits += sample.weight,
                    false => false_alarms += sample.weight,
                }
            }
            Above {
                threshold: group[0].score,
                hits,
                false_alarms,
            }
        })
        .collect()
}

/// Scores and targets one by one, for curves, without those that weigh nothing.
///
/// # Errors
/// If their shapes differ, a target is neither 0 nor 1, or a score is no number; or if the weights are not `[n]` or of the shape of the targets,
/// finite and at least 0.
pub(crate) fn binary(curve: &'static str, batch: &Batch) -> Result<Vec<Score>> {
    let Batch {
        outputs: scores,
        targets,
        weights,
    } = batch;
    if scores.shape() != targets.shape() {
        let expected = "must be equal: 0 or 1 for each score";
        return Err(Error::shapes(curve, scores.shape(), targets.shape(), expected).into());
    }
    let weights = RowWeights::new(curve, weights.as_ref(), targets.shape(), targets.count())?;
    let samples = scores.to_vec().into_iter().zip(targets.to_vec());
    let weighted = samples
        .enumerate()
        .map(|(place, (score, target))| (score, target, weights.of(place)))
        .filter(|&(.., weight)| weight > 0.0);
    let samples = weighted.map(|(score, target, weight)| {
        if score.is_nan() {
            return Err(Error::argument(curve, "score", score, "must be a number").into());
        }
        match target {
            0.0 | 1.0 => Ok(Score {
                score,
                positive: target == 1.0,
                weight,
            }),
            _ => Err(Error::argument(curve, "target", target, "must be 0 or 1").into()),
        }
    });
    samples.collect()
}

/// All scores so far of each class against the others.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ranked {
    task: Option<Task>,
    classes: Vec<Vec<Score>>,
}

impl Ranked {
    pub(crate) fn add(&mut self, metric: &'static str, batch: &Batch) -> Result<()> {
        let scores = Scores::new(metric, batch)?;
        if scores.is_empty() {
            return Ok(());
        }
        let task = *self.task.get_or_insert(scores.task);
        if task != scores.task {
            let expected = "must be like that of the batches before";
            return Err(Error::shape(metric, batch.outputs.shape(), expected).into());
        }
        self.classes.resize(task.width(), Vec::new());
        for (scores, targets, weight) in scores.rows() {
            match task {
                // Scores of different samples can be compared as probabilities only, and those of two classes of equal logits are equal.
                Task::Classes(_) => {
                    for (class, score) in log_odds(scores).into_iter().enumerate() {
                        let positive = targets[0] == class;
                        self.classes[class].push(Score {
                            score,
                            positive,
                            weight,
                        });
                    }
                }
                Task::Binary | Task::Labels(_) => {
                    for ((class, &score), &target) in self.classes.iter_mut().zip(scores).zip(targets) {
                        let positive = target == 1;
                        class.push(Score {
                            score,
                            positive,
                            weight,
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// The mean of an area over the classes; NaN if nothing was counted, or if a score is NaN.
    ///
    /// A class for which there is none is left out, as if there were no such class; that of a label, which is asked of every sample, is `absent`.
    pub(crate) fn mean(&self, area: fn(&[Above]) -> Option<f64>, absent: f64) -> f64 {
        let mut scores = self.classes.iter().flatten().peekable();
        if scores.peek().is_none() || scores.any(|score| score.score.is_nan()) {
            return f64::NAN;
        }
        let areas = self.classes.iter().map(|class| area(&thresholds(class)));
        let areas: Vec<f64> = match self.task {
            Some(Task::Classes(_)) => areas.flatten().collect(),
            _ => areas.map(|area| area.unwrap_or(absent)).collect(),
        };
        areas.iter().sum::<f64>() / areas.len() as f64
    }
}

/// `x_c - log Σ_(k≠c) exp x_k` for each class: it has the order of the probabilities of softmax, but no end at 1 where they can no longer be told apart.
///
/// It is a function of the differences of the logits alone, added in the order of their size: samples whose outputs are the same but for a
/// constant, or for the order of the other classes, tie to the bit where the differences are exact, as those of whole numbers.
fn log_odds(scores: &[f64]) -> Vec<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let odds = |class: usize| {
        let own = scores[class];
        if own.is_nan() || sorted.iter().any(|score| score.is_nan()) {
            return f64::NAN;
        }
        let place = sorted.iter().position(|&score| score == own).unwrap_or(0);
        let others = || {
            sorted
                .iter()
                .enumerate()
                .filter(|&(other, _)| other != place)
                .map(|(_, &score)| score)
        };
        let Some(largest) = others().next_back() else {
            // The only class there is.
            return f64::INFINITY;
        };
        if largest == own && own.is_infinite() {
            // Infinite ones share alike: k of them have the odds 1 / (k - 1).
            return -(others().filter(|&other| other == own).count() as f64).ln();
        }
        if largest.is_infinite() {
            return -largest;
        }
        let rest: f64 = others().map(|other| (other - largest).exp()).sum();
        (own - largest) - rest.ln()
    };
    (0..scores.len()).map(odds).collect()
}

/// The area under a line through points, by trapezoids.
pub(crate) fn area(x: &[f64], y: &[f64]) -> f64 {
    let steps = x.windows(2).zip(y.windows(2));
    steps
        .map(|(x, y)| (x[1] - x[0]) * (y[1] + y[0]) / 2.0)
        .sum::<f64>()
        .abs()
}
