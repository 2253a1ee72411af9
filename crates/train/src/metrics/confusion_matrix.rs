use std::fmt;

use backprop_tensor::{Error as TensorError, Tensor};
use serde::{Deserialize, Serialize};

use super::ClassReport;
use super::class_counts::ClassCount;
use super::tally::MOST;
use crate::Result;

/// How often which class was taken for which: a row for each true class, a column for each predicted one.
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::ConfusionMatrix;
///
/// let mut matrix = ConfusionMatrix::new(2);
/// matrix.add(&Tensor::from([0_i64, 1, 1, 1]), &Tensor::from([0, 0, 1, 1]))?;
/// assert_eq!(matrix.count(0, 1), 1);
/// assert_eq!(matrix.accuracy(), 0.75);
/// assert_eq!(matrix.recall(0), 0.5);
/// # Ok::<(), backprop_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct ConfusionMatrix {
    /// Row by row; empty before the first sample.
    counts: Vec<u64>,
    classes: usize,
    names: Vec<String>,
}

/// A matrix as it was written down, which may say anything.
#[derive(Deserialize)]
struct Written {
    counts: Vec<u64>,
    classes: usize,
    names: Vec<String>,
}

impl TryFrom<Written> for ConfusionMatrix {
    type Error = String;

    /// Fails if there is not a count for each pair of classes, or if all of them are more than anybody could count.
    fn try_from(written: Written) -> Result<Self, String> {
        let Written {
            counts,
            classes,
            names,
        } = written;
        if !counts.is_empty() && Some(counts.len()) != classes.checked_mul(classes) {
            let found = counts.len();
            return Err(format!(
                "a confusion matrix of {classes} classes has {found} counts, but one for each pair of classes is wanted"
            ));
        }
        if counts.iter().copied().fold(0, u64::saturating_add) > MOST {
            return Err("a confusion matrix of more than 2⁵³ samples".into());
        }
        Ok(Self {
            counts,
            classes,
            names,
        })
    }
}

impl ConfusionMatrix {
    /// An empty one for this many classes.
    pub fn new(classes: usize) -> Self {
        Self {
            counts: Vec::new(),
            classes,
            names: Vec::new(),
        }
    }

    /// With names of the classes, to be printed instead of their numbers: up to 100 characters of each.
    #[must_use]
    pub fn with_names<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Counts some samples.
    ///
    /// # Errors
    /// If there are not as many predictions as targets, one of them is no class, or there is no memory for that many classes; nothing is
    /// counted then.
    pub fn add(&mut self, predicted: &Tensor<i64>, targets: &Tensor<i64>) -> Result<()> {
        if predicted.shape() != targets.shape() {
            let expected = "must be equal: a prediction for each target";
            let (predicted, targets) = (predicted.shape(), targets.shape());
            return Err(TensorError::shapes("confusion matrix", predicted, targets, expected).into());
        }
        let class = |index: i64| match usize::try_from(index) {
            Ok(class) if class < self.classes => Ok(class),
            _ => Err(TensorError::Index {
                operation: "confusion matrix",
                index,
                length: self.classes,
            }),
        };
        let pairs = targets.to_vec().into_iter().zip(predicted.to_vec());
        let places = pairs
            .map(|(target, predicted)| {
                let (target, predicted) = (class(target)?, class(predicted)?);
                Ok(target.saturating_mul(self.classes).saturating_add(predicted))
            })
            .collect::<Result<Vec<_>, TensorError>>()?;
        if self.counts.is_empty() && !places.is_empty() {
            self.counts = zeros(self.classes)?;
        }
        for place in places {
            self.counts[place] += 1;
        }
        Ok(())
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How often `target` was taken for `predicted`; 0 where there is no such class.
    pub fn count(&self, target: usize, predicted: usize) -> u64 {
        if target >= self.classes || predicted >= self.classes {
            return 0;
        }
        let place = target.saturating_mul(self.classes).saturating_add(predicted);
        self.counts.get(place).copied().unwrap_or(0)
    }

    /// The share of all samples that were taken for what they are; NaN if nothing was counted.
    pub fn accuracy(&self) -> f64 {
        let correct: u64 = self.counts.iter().step_by(self.classes.saturating_add(1)).sum();
        correct as f64 / self.counts.iter().sum::<u64>() as f64
    }

    /// The share of the samples of a class that were taken for it: `TP / (TP + FN)`; 0 if there were none.
    pub fn recall(&self, class: usize) -> f64 {
        self.of_class(class).recall()
    }

    /// The share of the samples taken for a class that are of it: `TP / (TP + FP)`; 0 if there were none.
    pub fn precision(&self, class: usize) -> f64 {
        self.of_class(class).precision()
    }

    /// The harmonic mean of precision and recall of a class: `2 TP / (2 TP + FP + FN)`; 0 if there is nothing of it.
    pub fn f1(&self, class: usize) -> f64 {
        self.of_class(class).f1()
    }

    /// What its rates are made of; nothing of a class that does not exist.
    pub(super) fn of_class(&self, class: usize) -> ClassCount {
        if class >= self.classes {
            return ClassCount::default();
        }
        let row = self.counts.chunks(self.classes).nth(class);
        let column = self.counts.iter().skip(class).step_by(self.classes);
        ClassCount {
            hits: self.count(class, class) as f64,
            predicted: column.sum::<u64>() as f64,
            actual: row.map_or(0, |row| row.iter().sum::<u64>()) as f64,
        }
    }

    /// Precision, recall and F1 of each class, with averages, to be printed. Of a matrix that has counted nothing, it has no classes.
    pub fn report(&self) -> ClassReport {
        let classes = if self.counts.is_empty() { 0 } else { self.classes };
        let names = (0..classes).map(|class| self.name(class));
        ClassReport::new(self, names.collect())
    }

    /// What is printed for a class: a name that no table has room for is cut.
    fn name(&self, class: usize) -> String {
        match self.names.get(class) {
            None => class.to_string(),
            Some(name) if name.chars().count() > LONGEST_NAME => {
                name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
            }
            Some(name) => name.clone(),
        }
    }
}

/// The characters of a class's name that are printed.
const LONGEST_NAME: usize = 100;

/// No sample of any class.
fn zeros(classes: usize) -> Result<Vec<u64>, TensorError> {
    let places = classes.saturating_mul(classes);
    let bytes = places.saturating_mul(size_of::<u64>());
    let mut counts = Vec::new();
    counts
        .try_reserve_exact(places)
        .map_err(|_| TensorError::Memory { bytes })?;
    counts.resize(places, 0);
    Ok(counts)
}

/// The classes that are printed of a matrix without samples.
const SHOWN: usize = 100;

/// The counts as a table, the true classes down, the predicted ones across; zeros are dots, so that mistakes show.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = if self.counts.is_empty() {
            self.classes.min(SHOWN)
        } else {
            self.classes
        };
        let names: Vec<_> = (0..classes).map(|class| self.name(class)).collect();
        let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let digits = self
            .counts
            .iter()
            .max()
            .map_or(1, |count| count.to_string().len());
        let width = longest.max(digits) + 2;
        write!(f, "{:>longest$} |", "")?;
        for name in &names {
            write!(f, "{name:>width$}")?;
        }
        writeln!(f)?;
        write!(f, "{}-+{}", "-".repeat(longest), "-".repeat(width * classes))?;
        for (target, name) in names.iter().enumerate() {
            write!(f, "\n{name:>longest$} |")?;
            for predicted in 0..classes {
                match self.count(target, predicted) {
                    0 => write!(f, "{:>width$}", "·")?,
                    count => write!(f, "{count:>width$}")?,
                }
            }
        }
        Ok(())
    }
}
