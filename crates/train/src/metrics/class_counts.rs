//! Hits, predictions and samples of each class, which precision, recall and F1 are made of.

use backprop_tensor::Error;
use serde::{Deserialize, Serialize};

use super::scores::{Scores, Task, is_positive, largest};
use super::tally::{Batch, weighed};
use crate::Result;

/// How the numbers of several classes become one.
///
/// A class that has neither samples nor predictions is left out, as if there were none of it; a label is not. A share of nothing is 0.
/// (scikit-learn's `average`, with its `zero_division=0`.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Average {
    /// Class 1 for binary outputs, [`Macro`](Self::Macro) for others.
    #[default]
    Automatic,
    /// The mean over the classes: each counts the same, however rare.
    Macro,
    /// All classes counted together: each sample counts the same.
    Micro,
    /// The mean over the classes, weighted with the number (or the weight) of their samples.
    Weighted,
}

impl Average {
    /// What it adds to a metric's name.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Automatic => "",
            Self::Macro => "_macro",
            Self::Micro => "_micro",
            Self::Weighted => "_weighted",
        }
    }
}

/// Of one class: the weights of its samples, 1 each if they have none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClassCount {
    /// Samples of the class taken for it.
    #[serde(deserialize_with = "weighed")]
    pub(crate) hits: f64,
    /// Samples taken for the class.
    #[serde(deserialize_with = "weighed")]
    pub(crate) predicted: f64,
    /// Samples of the class.
    #[serde(deserialize_with = "weighed")]
    pub(crate) actual: f64,
}

impl ClassCount {
    /// A sample: whether it was taken for the class, and whether it is of it.
    fn count(&mut self, predicted: bool, actual: bool, weight: f64) {
        if predicted {
            self.predicted += weight;
        }
        if actual {
            self.actual += weight;
        }
        if predicted && actual {
            self.hits += weight;
        }
    }

    pub(crate) fn precision(self) -> f64 {
        share(self.hits, self.predicted)
    }

    pub(crate) fn recall(self) -> f64 {
        share(self.hits, self.actual)
    }

    pub(crate) fn f1(self) -> f64 {
        share(2.0 * self.hits, self.predicted + self.actual)
    }
}

/// 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// Of all classes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ClassCounts {
    task: Option<Task>,
    classes: Vec<ClassCount>,
}

impl ClassCounts {
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
        let classes = if task == Task::Binary { 2 } else { task.width() };
        self.classes.resize(classes, ClassCount::default());
        for (scores, targets, weight) in scores.rows() {
            match task {
                Task::Binary => self.count(is_positive(scores[0]).map(usize::from), targets[0], weight),
                Task::Classes(_) => self.count(largest(scores), targets[0], weight),
                Task::Labels(_) => {
                    for ((class, score), target) in self.classes.iter_mut().zip(scores).zip(targets) {
                        let actual = *target == 1;
                        // What is NaN is wrong in either case.
                        let predicted = is_positive(*score).unwrap_or(!actual);
                        class.count(predicted, actual, weight);
                    }
                }
            }
        }
        Ok(())
    }

    /// A sample taken for a class, or for none.
    fn count(&mut self, predicted: Option<usize>, actual: usize, weight: f64) {
        if let Some(predicted) = predicted {
            self.classes[predicted].count(true, predicted == actual, weight);
        }
        if predicted != Some(actual) {
            self.classes[actual].count(false, true, weight);
        }
    }

    /// A rate of the classes, as one number; NaN if nothing was counted.
    pub(crate) fn average(&self, average: Average, rate: fn(ClassCount) -> f64) -> f64 {
        let is_labels = matches!(self.task, Some(Task::Labels(_)));
        if self.classes.iter().all(|class| class.actual == 0.0) && !is_labels {
            return f64::NAN;
        }
        if average == Average::Automatic && self.task == Some(Task::Binary) {
            return self.classes.get(1).map_or(f64::NAN, |&class| rate(class));
        }
        average_of(&self.classes, average, is_labels, rate)
    }
}

/// A rate of some classes, as one number.
pub(crate) fn average_of(
    classes: &[ClassCount],
    average: Average,
    keep_absent: bool,
    rate: fn(ClassCount) -> f64,
) -> f64 {
    let present = || {
        let classes = classes.iter().copied();
        classes.filter(|class| keep_absent || class.actual + class.predicted > 0.0)
    };
    match average {
        Average::Automatic | Average::Macro => present().map(rate).sum::<f64>() / present().count() as f64,
        Average::Micro => rate(present().fold(ClassCount::default(), |sum, class| ClassCount {
            hits: sum.hits + class.hits,
            predicted: sum.predicted + class.predicted,
            actual: sum.actual + class.actual,
        })),
        Average::Weighted => {
            let weighted = present().map(|class| class.actual * rate(class)).sum();
            share(weighted, present().map(|class| class.actual).sum())
        }
    }
}
