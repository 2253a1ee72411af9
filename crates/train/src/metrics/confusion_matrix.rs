use std::fmt;

use backprop_tensor::{Error as TensorError, Tensor};
use serde::{Deserialize, Serialize};

use super::ClassReport;
use super::class_counts::ClassCount;
use super::sample_weights::RowWeights;
use super::tally::MOST;
use crate::Result;

/// How often which class was taken for which: a row for each true class, a column for each predicted one.
///
/// Where samples have [weights](Self::add_weighted), rates are those of the weights.
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct ConfusionMatrix {
    /// Row by row; empty before the first sample.
    counts: Vec<u64>,
    classes: usize,
    names: Vec<String>,
    /// The same as sums of weights; empty if all samples so far weigh 1.
    weights: Vec<f64>,
}

/// A matrix as it was written down, which may say anything.
#[derive(Deserialize)]
struct Written {
    counts: Vec<u64>,
    classes: usize,
    names: Vec<String>,
    #[serde(default)]
    weights: Vec<f64>,
}

impl TryFrom<Written> for ConfusionMatrix {
    type Error = String;

    /// Fails if there is not a count for each pair of classes, or if all of them are more than anybody could count.
    fn try_from(written: Written) -> Result<Self, String> {
        let Written {
            counts,
            classes,
            names,
            weights,
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
        let is_weight = |weight: &f64| weight.is_finite() && *weight >= 0.0;
        if !(weights.is_empty() || weights.len() == counts.len() && weights.iter().all(is_weight)) {
            return Err(
                "a confusion matrix whose weights are not a number for each count, at least 0".into(),
            );
        }
        Ok(Self {
            counts,
            classes,
            names,
            weights,
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
            weights: Vec::new(),
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
        self.add_rows(predicted, targets, None)
    }

    /// Counts samples that have weights: `[n]`, or in the shape of the targets; finite and at least 0 (scikit-learn's `sample_weight`). What has the
    /// weight 0 is passed over, whatever its classes are.
    ///
    /// # Errors
    /// As [`add`](Self::add), or if the weights are no such weights.
    ///
    /// ```
    /// use backprop_tensor::Tensor;
    /// use backprop_train::ConfusionMatrix;
    ///
    /// let (predicted, targets) = (Tensor::from([0_i64, 1, 1]), Tensor::from([0, 0, 1]));
    /// let mut matrix = ConfusionMatrix::new(2);
    /// matrix.add_weighted(&predicted, &targets, &Tensor::from([1.0, 0.5, 2.5]))?;
    /// assert_eq!((matrix.count(0, 1), matrix.weight(0, 1)), (1, 0.5));
    /// assert_eq!(matrix.accuracy(), 3.5 / 4.0);
    /// # Ok::<(), backprop_train::Error>(())
    /// ```
    pub fn add_weighted(
        &mut self,
        predicted: &Tensor<i64>,
        targets: &Tensor<i64>,
        weights: &Tensor<f64>,
    ) -> Result<()> {
        self.add_rows(predicted, targets, Some(weights))
    }

    fn add_rows(
        &mut self,
        predicted: &Tensor<i64>,
        targets: &Tensor<i64>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<()> {
        let (shape, right) = (predicted.shape(), targets.shape());
        if shape != right {
            let expected = "must be equal: a prediction for each target";
            return Err(TensorError::shapes(NAME, shape, right, expected).into());
        }
        let rows = RowWeights::new(NAME, weights, right, targets.count())?;
        let pairs = targets.to_vec().into_iter().zip(predicted.to_vec());
        let places = pairs
            .enumerate()
            .map(|(row, pair)| (pair, rows.of(row)))
            .filter(|&(_, weight)| weight > 0.0)
            .map(|((target, predicted), weight)| {
                let (target, predicted) = (self.class(target)?, self.class(predicted)?);
                let place = target.saturating_mul(self.classes).saturating_add(predicted);
                Ok((place, weight))
            })
            .collect::<Result<Vec<_>, TensorError>>()?;
        if places.is_empty() {
            return Ok(());
        }
        if self.counts.is_empty() {
            self.counts = zeros(self.classes)?;
        }
        if weights.is_some() && self.weights.is_empty() {
            let mut all = zeros(self.classes)?;
            for (weight, &count) in all.iter_mut().zip(&self.counts) {
                *weight = count as f64;
            }
            self.weights = all;
        }
        for (place, weight) in places {
            self.counts[place] += 1;
            if let Some(sum) = self.weights.get_mut(place) {
                *sum += weight;
            }
        }
        Ok(())
    }

    /// The class of a number.
    fn class(&self, index: i64) -> Result<usize, TensorError> {
        match usize::try_from(index) {
            Ok(class) if class < self.classes => Ok(class),
            _ => Err(TensorError::Index {
                operation: NAME,
                index,
                length: self.classes,
            }),
        }
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

    /// The weight of all samples of `target` that were taken for `predicted`: their [number](Self::count), if they have none.
    pub fn weight(&self, target: usize, predicted: usize) -> f64 {
        if self.weights.is_empty() || target >= self.classes || predicted >= self.classes {
            return self.count(target, predicted) as f64;
        }
        let place = target.saturating_mul(self.classes).saturating_add(predicted);
        self.weights.get(place).copied().unwrap_or(0.0)
    }

    /// The share of all samples that were taken for what they are; NaN if nothing was counted.
    pub fn accuracy(&self) -> f64 {
        let correct = (0..self.shown()).map(|class| self.weight(class, class));
        let all: f64 = match self.weights.is_empty() {
            true => self.counts.iter().sum::<u64>() as f64,
            false => self.weights.iter().sum(),
        };
        correct.sum::<f64>() / all
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
        let others = 0..self.shown();
        ClassCount {
            hits: self.weight(class, class),
            predicted: others.clone().map(|target| self.weight(target, class)).sum(),
            actual: others.map(|predicted| self.weight(class, predicted)).sum(),
        }
    }

    /// How many samples of a class were counted.
    pub(super) fn samples(&self, class: usize) -> u64 {
        (0..self.shown())
            .map(|predicted| self.count(class, predicted))
            .sum()
    }

    /// The number of classes, 0 if nothing was counted.
    fn shown(&self) -> usize {
        if self.counts.is_empty() { 0 } else { self.classes }
    }

    /// Precision, recall and F1 of each class, with averages, to be printed. Of a matrix that has counted nothing, it has no classes.
    pub fn report(&self) -> ClassReport {
        let names = (0..self.shown()).map(|class| self.name(class));
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

const NAME: &str = "confusion matrix";

/// The characters of a class's name that are printed.
const LONGEST_NAME: usize = 100;

/// No sample of any class.
fn zeros<N: Clone + Default>(classes: usize) -> Result<Vec<N>, TensorError> {
    let places = classes.saturating_mul(classes);
    let bytes = places.saturating_mul(size_of::<N>());
    let mut counts = Vec::new();
    counts
        .try_reserve_exact(places)
        .map_err(|_| TensorError::Memory { bytes })?;
    counts.resize(places, N::default());
    Ok(counts)
}

/// The classes that are printed of a matrix without samples.
const SHOWN: usize = 100;

/// A number of samples, or a weight with four places or digits.
pub(super) fn shown(weight: f64) -> String {
    if weight.fract() == 0.0 && weight < 1e15 {
        format!("{weight}")
    } else if (0.1..1e9).contains(&weight) {
        format!("{weight:.4}")
    } else {
        format!("{weight:.3e}")
    }
}

/// The counts, or the weights if there are any, as a table, the true classes down, the predicted ones across; zeros are dots, so that mistakes show.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = if self.counts.is_empty() {
            self.classes.min(SHOWN)
        } else {
            self.classes
        };
        let names: Vec<_> = (0..classes).map(|class| self.name(class)).collect();
        let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let most = self.counts.iter().max();
        let most = most.map_or(1, |count| count.to_string().len());
        let weights = self.weights.iter().map(|&weight| shown(weight).len());
        let digits = weights.max().unwrap_or(most);
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
                match self.weight(target, predicted) {
                    0.0 => write!(f, "{:>width$}", "·")?,
                    weight => write!(f, "{:>width$}", shown(weight))?,
                }
            }
        }
        Ok(())
    }
}
