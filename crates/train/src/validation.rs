//! What a model is validated on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use backprop_datasets::{Dataset, Subset, split};
use backprop_tensor::{Element, Float, Rng};

use crate::{Error, Result, limits};

/// Data in any form.
pub(crate) type AnyData<'a, T, Y> = dyn Dataset<Input = T, Target = Y> + 'a;

/// What [`Trainer::fit`](crate::Trainer::fit) evaluates the model on after each epoch: nothing (`None`), other data, or a fraction of the training data.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_layers::Linear;
/// use backprop_optim::Adam;
/// use backprop_tensor::Rng;
/// use backprop_train::{CrossEntropy, Progress, Trainer};
///
/// let data = moons(100, 0.1, &mut Rng::seed(0))?;
/// let mut model = Linear::new(2, 2, &mut Rng::seed(0));
/// let mut trainer = Trainer::new(CrossEntropy, Adam::new(0.1)).epochs(1).progress(Progress::Silent);
/// let history = trainer.fit(&mut model, &data, 0.2)?;
/// assert!(history.last().unwrap().validation.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub enum Validation<'a, T: Float = f32, Y: Element = i64> {
    /// Nothing.
    #[default]
    None,
    /// These data.
    Data(&'a dyn Dataset<Input = T, Target = Y>),
    /// This share of the training data, between 0 and 1, which is then not trained on: drawn from the trainer's seed before anything else, class by class
    /// where the targets `[n]` are whole numbers and the data lies in memory, and alike from samples of weight 0 and others.
    Fraction(f64),
}

/// So that `None` can be written for none.
impl<'a, T: Float, Y: Element> From<Option<&'a dyn Dataset<Input = T, Target = Y>>> for Validation<'a, T, Y> {
    fn from(data: Option<&'a dyn Dataset<Input = T, Target = Y>>) -> Self {
        data.map_or(Self::None, Self::Data)
    }
}

impl<'a, D, T, Y> From<&'a D> for Validation<'a, T, Y>
where
    D: Dataset<Input = T, Target = Y>,
    Y: Element,
    T: Float,
{
    fn from(data: &'a D) -> Self {
        Self::Data(data)
    }
}

impl<T: Float, Y: Element> From<f64> for Validation<'_, T, Y> {
    fn from(fraction: f64) -> Self {
        Self::Fraction(fraction)
    }
}

impl<T: Float, Y: Element> fmt::Debug for Validation<'_, T, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Data(data) => write!(f, "Data({} samples)", data.len()),
            Self::Fraction(fraction) => write!(f, "Fraction({fraction})"),
        }
    }
}

/// Samples of some data.
pub(crate) type Part<'a, T, Y> = Subset<&'a AnyData<'a, T, Y>>;

/// The rest of the data, and a fraction of it to validate with.
pub(crate) fn split_off<'a, T: Float, Y: Element>(
    data: &'a AnyData<'a, T, Y>,
    fraction: f64,
    rng: &mut Rng,
) -> Result<(Part<'a, T, Y>, Part<'a, T, Y>)> {
    if !(fraction > 0.0 && fraction < 1.0) {
        let what = format!("a fraction of {fraction} to validate with");
        return Err(Error::setting(what, "it must be between 0 and 1, both excluded"));
    }
    let (train, validation) = match strata(data)?.labels {
        Some(labels) => split::stratified(&labels, 1.0 - fraction, rng)?,
        None => split::random(data.len(), 1.0 - fraction, rng)?,
    };
    Ok((Subset::new(data, train)?, Subset::new(data, validation)?))
}

/// What parts of the data are drawn from alike.
pub(crate) struct Strata {
    /// The stratum of each sample; `None` if there is one only, or it is not known.
    pub(crate) labels: Option<Vec<i64>>,
    /// How many samples have a weight above 0; of data that does not lie in memory, all of them may.
    pub(crate) counting: usize,
}

/// The classes of the data, if its targets are classes, and of each class those samples that count and those whose weight is 0, if it lies in memory.
pub(crate) fn strata<T: Float, Y: Element>(data: &AnyData<'_, T, Y>) -> Result<Strata> {
    if !data.is_in_memory() {
        return Ok(Strata {
            labels: None,
            counting: data.len(),
        });
    }
    let (classes, counts) = classes_and_counts(data)?;
    let counting = counts.iter().filter(|&&counts| counts).count();
    let labels = match counting == data.len() {
        true => classes,
        false => Some(divided(classes, &counts)),
    };
    Ok(Strata { labels, counting })
}

/// The class of each sample, if the targets are classes and lie in memory.
pub(crate) fn labels<T: Float, Y: Element>(data: &AnyData<'_, T, Y>) -> Result<Option<Vec<i64>>> {
    if !data.is_in_memory() || !is_integer::<Y>() {
        return Ok(None);
    }
    Ok(classes_and_counts(data)?.0)
}

/// The class of each sample, if the targets are classes, and whether its weight is above 0.
fn classes_and_counts<T: Float, Y: Element>(
    data: &AnyData<'_, T, Y>,
) -> Result<(Option<Vec<i64>>, Vec<bool>)> {
    limits::check_samples("data", data.len())?;
    let (mut classes, mut counts) = (is_integer::<Y>().then(Vec::new), Vec::new());
    for batch in backprop_datasets::TryBatches::new(data, CHUNK) {
        let batch = batch?;
        let (targets, samples) = (&batch.targets, batch.len());
        if targets.count() != samples {
            classes = None;
        }
        if let Some(classes) = &mut classes {
            classes.extend(targets.cast::<i64>()?.to_vec());
        }
        match &batch.weights {
            Some(weights) => counts.extend(weights.to_vec().iter().map(|&weight| weight > 0.0)),
            None => counts.resize(counts.len() + samples, true),
        }
    }
    let lengths = [counts.len(), classes.as_ref().map_or(counts.len(), Vec::len)];
    if let Some(length) = lengths.into_iter().find(|&length| length != data.len()) {
        return Err(Error::Data {
            data: "data",
            what: format!("its batches have {length} samples, not {}", data.len()),
            expected: "a data set must have as many samples as it says".into(),
        });
    }
    Ok((classes, counts))
}

/// Two strata for each class, or two altogether: first those of the samples that count, so that they are dealt out first.
fn divided(classes: Option<Vec<i64>>, counts: &[bool]) -> Vec<i64> {
    let classes = classes.unwrap_or_else(|| vec![0; counts.len()]);
    let keys: Vec<(bool, i64)> = counts.iter().map(|counts| !counts).zip(classes).collect();
    let all: BTreeSet<_> = keys.iter().copied().collect();
    let numbers: BTreeMap<_, i64> = all.into_iter().zip(0..).collect();
    keys.iter().map(|key| numbers[key]).collect()
}

/// Whether targets of this type can be classes.
pub(crate) fn is_integer<Y: Element>() -> bool {
    matches!(Y::NAME, "i32" | "i64" | "u8")
}

/// Samples that are looked at together.
pub(crate) const CHUNK: usize = 4096;
