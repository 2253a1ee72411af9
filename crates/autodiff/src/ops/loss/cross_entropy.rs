mod derivative;
mod sparse;

use backprop_tensor::{Error, Float, LogProbabilities, MAX_RANK, Result, Tensor, kernel};
use smallvec::SmallVec;

use self::sparse::Sparse;
use crate::ops::Reduction;
use crate::{Differential, InputGradients, Op, Var, operands};

/// The cross entropy between the softmax of logits and a distribution: `L_n = -Σ_c w_c q_nc log softmax(x_n)_c`, `dL_n/dx_nc = Q_n softmax(x_n)_c -
/// w_c q_nc` with `Q_n = Σ_c w_c q_nc`.
///
/// The logits are `[classes]`, `[batch, classes]` or `[batch, classes, ...]`. The distribution `q` is given as probabilities in the same shape or as a class
/// for each sample, in that shape without its classes; label smoothing `ε` makes it `(1 - ε) q + ε / classes`.
///
/// The mean is over the samples. With classes, it is weighted by `w` of each sample's class, and ignored samples do not count, whatever their logits;
/// without any that does, it is NaN, and its gradient 0. (All as PyTorch's `cross_entropy`.) The unit of the weights does not matter to it, even where
/// their sum is out of range.
///
/// What has no weight costs nothing, however improbable: where `w_c q_nc` is 0, the term is 0 and so is its gradient, even with a logit of -∞
/// (PyTorch: NaN, as 0 times infinity).
///
/// Where one probability is nearly 1, loss and gradient are a matter of what is left to 1, and keep its digits (in PyTorch they lose them).
#[derive(Debug, Clone)]
pub struct CrossEntropy<T: Float> {
    /// What the logits should have been.
    pub targets: Targets<T>,
    /// How it counts.
    pub options: CrossEntropyOptions<T>,
}

/// What the logits should have been.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets<T: Float> {
    /// A class for each sample.
    Classes(Tensor<i64>),
    /// A probability for each sample and class.
    Probabilities(Tensor<T>),
}

impl<T: Float> From<&Tensor<i64>> for Targets<T> {
    fn from(classes: &Tensor<i64>) -> Self {
        Self::Classes(classes.clone())
    }
}

impl From<&Tensor<f32>> for Targets<f32> {
    fn from(probabilities: &Tensor<f32>) -> Self {
        Self::Probabilities(probabilities.clone())
    }
}

impl From<&Tensor<f64>> for Targets<f64> {
    fn from(probabilities: &Tensor<f64>) -> Self {
        Self::Probabilities(probabilities.clone())
    }
}

/// How a [`CrossEntropy`] counts.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossEntropyOptions<T: Float> {
    /// The share `ε` of the target that is spread evenly over all classes, from 0 to 1.
    pub label_smoothing: f64,
    /// The weight `w` of each class; `None` for 1.
    pub weights: Option<Tensor<T>>,
    /// The class whose samples do not count.
    pub ignored_class: Option<i64>,
    /// What becomes of the samples' losses.
    pub reduction: Reduction,
}

impl<T: Float> Default for CrossEntropyOptions<T> {
    fn default() -> Self {
        Self {
            label_smoothing: 0.0,
            weights: None,
            ignored_class: None,
            reduction: Reduction::Mean,
        }
    }
}

/// What [`CrossEntropy`] keeps: the logits as `[samples, classes]`, with what makes `log softmax x` of them, and the weighted targets.
#[derive(Debug)]
pub struct SavedCrossEntropy<T: Float> {
    log_softmax: LogProbabilities<T>,
    weighted: Weighted<T>,
    /// What the sum of the losses is divided by.
    divisor: T,
}

/// The targets with their weights: `w_c q_nc`.
#[derive(Debug)]
enum Weighted<T: Float> {
    /// Where `q` is 1 for one class.
    Sparse(Sparse<T>),
    /// `[samples, classes]`.
    Dense(Tensor<T>),
}

impl<T: Float> Op<T> for CrossEntropy<T> {
    type Saved = SavedCrossEntropy<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [logits] = operands(inputs)?;
        self.check(logits)?;
        let scores = rows(logits)?;
        let (weighted, divisor) = match self.in_other_units()? {
            None => self.weighted(&scores)?,
            Some(other) => other.weighted(&scores)?,
        };
        let log_softmax = match &weighted {
            Weighted::Sparse(_) => LogProbabilities::new(scores)?,
            Weighted::Dense(weighted) => LogProbabilities::against(scores, weighted)?,
        };
        let total = || match &weighted {
            Weighted::Sparse(sparse) => sparse.total(&log_softmax),
            Weighted::Dense(_) => total(log_softmax.each()),
        };
        let (loss, divisor) = match self.options.reduction {
            Reduction::None => {
                let losses = match &weighted {
                    Weighted::Sparse(sparse) => sparse.losses(&log_softmax)?,
                    Weighted::Dense(_) => log_softmax.cross_entropies()?,
                };
                (losses.reshape(samples_shape(logits))?, T::ONE)
            }
            Reduction::Sum => (Tensor::scalar(T::from_f64(total())), T::ONE),
            // Smoothing spreads weight to classes that have some: without this, the mean of nothing would be infinite.
            Reduction::Mean if divisor == T::ZERO => (Tensor::scalar(T::NAN), divisor),
            Reduction::Mean => {
                let mean = total() / divisor.to_f64();
                (Tensor::scalar(T::from_f64(mean)), divisor)
            }
        };
        let saved = SavedCrossEntropy {
            log_softmax,
            weighted,
            divisor,
        };
        Ok((loss, saved))
    }

    fn backward(
        &self,
        saved: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        let SavedCrossEntropy {
            log_softmax,
            weighted,
            divisor,
        } = saved;
        if divisor == T::ZERO {
            return inputs.add(0, Tensor::zeros(&shape[..])?);
        }
        let slope = match weighted {
            Weighted::Sparse(sparse) => sparse.slope(log_softmax, &gradient, divisor)?,
            Weighted::Dense(weighted) => {
                let factors: Vec<T> = gradient.to_vec().into_iter().map(|g| g / divisor).collect();
                log_softmax.into_slopes(&weighted, &factors)?
            }
        };
        inputs.add(0, unrows(slope, &shape)?)
    }

    fn differentiate(&self, saved: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        saved.differentiate(at)
    }
}

impl<T: Float> CrossEntropy<T> {
    fn check(&self, logits: &Tensor<T>) -> Result<()> {
        let error =
            |other: &[usize], expected| Error::shapes("cross_entropy", logits.shape(), other, expected);
        let Some(classes) = classes_of(logits) else {
            let expected = "logits are [classes], [batch, classes] or [batch, classes, ...]";
            return Err(Error::shape("cross_entropy", logits.shape(), expected));
        };
        match &self.targets {
            Targets::Classes(targets) if *targets.shape() != samples_shape(logits)[..] => {
                let expected =
                    "do not fit: the classes have the shape of the logits without their axis of classes";
                return Err(error(targets.shape(), expected));
            }
            Targets::Probabilities(targets) if targets.shape() != logits.shape() => {
                let expected = "must be equal: a probability for each logit";
                return Err(error(targets.shape(), expected));
            }
            _ => {}
        }
        let weights = self.options.weights.as_ref();
        if let Some(weights) = weights.filter(|weights| *weights.shape() != [classes]) {
            let expected = "do not fit: the second is to hold a weight for each class";
            return Err(error(weights.shape(), expected));
        }
        let smoothing = self.options.label_smoothing;
        if !(0.0..=1.0).contains(&smoothing) {
            let expected = "a share from 0 to 1";
            return Err(Error::argument(
                "cross_entropy",
                "label_smoothing",
                smoothing,
                expected,
            ));
        }
        Ok(())
    }

    /// The same mean over weights near 1, if the largest of those that count is so large or small that products with it may be out of range.
    fn in_other_units(&self) -> Result<Option<Self>> {
        let (Targets::Classes(targets), Some(weights), Reduction::Mean) =
            (&self.targets, &self.options.weights, self.options.reduction)
        else {
            return Ok(None);
        };
        let all = weights.to_vec();
        let counted = targets.to_vec().into_iter().filter_map(|class| {
            let place = usize::try_from(class).ok()?;
            let weight = all.get(place)?.to_f64();
            (self.options.ignored_class != Some(class)).then_some(weight)
        });
        let largest = counted.fold(0.0, f64::max);
        let most = T::INFINITY.next_lower().to_f64().sqrt();
        if largest == 0.0 || largest.is_infinite() || (most.recip()..most).contains(&largest) {
            return Ok(None);
        }
        // In two steps: the power of 2 alone may be out of range.
        let exponent = -largest.log2().floor() as i32;
        let parts = [exponent / 2, exponent - exponent / 2].map(|part| 2_f64.powi(part));
        let unit = |weight: T| T::from_f64(weight.to_f64() * parts[0] * parts[1]);
        let options = CrossEntropyOptions {
            weights: Some(weights.map(unit)?),
            ..self.options.clone()
        };
        Ok(Some(Self {
            targets: self.targets.clone(),
            options,
        }))
    }

    /// The weighted targets, and what a mean is divided by.
    fn weighted(&self, scores: &Tensor<T>) -> Result<(Weighted<T>, T)> {
        let &[samples, classes] = scores.shape().dims() else {
            return Err(Error::shape("cross_entropy", scores.shape(), "needs two axes"));
        };
        match &self.targets {
            Targets::Classes(targets) => {
                let sparse = Sparse::new(targets, &self.options, classes)?;
                let divisor = sparse.weight();
                if self.options.label_smoothing == 0.0 {
                    return Ok((Weighted::Sparse(sparse), divisor));
                }
                Ok((Weighted::Dense(self.smoothed(targets, classes)?), divisor))
            }
            Targets::Probabilities(targets) => {
                let weighted = self.weigh(self.smooth(rows(targets)?, classes)?)?;
                Ok((Weighted::Dense(weighted), T::from_f64(samples as f64)))
            }
        }
    }

    /// Classes as smoothed, weighted probabilities, with zeros for ignored samples.
    fn smoothed(&self, targets: &Tensor<i64>, classes: usize) -> Result<Tensor<T>> {
        let count = targets.count();
        let targets = targets.reshape([count])?;
        if self.options.ignored_class.is_none() {
            return self.weigh(self.smooth(Tensor::one_hot(&targets, classes)?, classes)?);
        }
        let counted = targets.map(|class| match self.options.ignored_class == Some(class) {
            true => T::ZERO,
            false => T::ONE,
        })?;
        let valid = targets.map(|class| {
            if self.options.ignored_class == Some(class) {
                0
            } else {
                class
            }
        })?;
        let weighted = self.weigh(self.smooth(Tensor::one_hot(&valid, classes)?, classes)?)?;
        weighted.try_mul(&counted.reshape([count, 1])?)
    }

    fn smooth(&self, probabilities: Tensor<T>, classes: usize) -> Result<Tensor<T>> {
        let smoothing = self.options.label_smoothing;
        if smoothing == 0.0 {
            return Ok(probabilities);
        }
        let mix = kernel!(|q; kept: 1.0 - smoothing, spread: smoothing / classes as f64| q * kept + spread);
        probabilities.into_apply(&mix, &[])
    }

    fn weigh(&self, probabilities: Tensor<T>) -> Result<Tensor<T>> {
        match &self.options.weights {
            None => Ok(probabilities),
            Some(weights) => probabilities.try_mul(weights),
        }
    }
}

/// Losses added one after another, so that rounding errors do not add up over a large batch.
const PART: usize = 1024;

/// The sum of losses, which may be larger than any number of the type, though the mean is not.
fn total<T: Float>(losses: impl Iterator<Item = T>) -> f64 {
    // Iterated from inside, which leaves a plain loop of what it is made of.
    let (total, part, _) = losses.fold((0.0, 0.0, 0), |(total, part, count), loss| {
        let part = part + loss.to_f64();
        match count + 1 {
            PART => (total + part, 0.0, 0),
            count => (total, part, count),
        }
    });
    total + part
}

/// The number of classes of logits.
fn classes_of<T: Float>(logits: &Tensor<T>) -> Option<usize> {
    let shape = logits.shape();
    shape.get(1).or(shape.first()).copied()
}

/// The shape of the logits without the axis of classes.
fn samples_shape<T: Float>(logits: &Tensor<T>) -> SmallVec<[usize; MAX_RANK]> {
    match logits.shape().dims() {
        [batch, _, others @ ..] => [*batch].iter().chain(others).copied().collect(),
        _ => SmallVec::new(),
    }
}

/// `[batch, classes, ...]` as `[samples, classes]`.
fn rows<T: Float>(tensor: &Tensor<T>) -> Result<Tensor<T>> {
    if tensor.rank() == 2 {
        return Ok(tensor.clone());
    }
    let classes = classes_of(tensor).unwrap_or(0);
    let samples = samples_shape(tensor).iter().product();
    if tensor.rank() < 2 {
        return tensor.reshape([samples, classes]);
    }
    let order: Vec<isize> = [0]
        .into_iter()
        .chain(2..tensor.rank() as isize)
        .chain([1])
        .collect();
    tensor.permute(order)?.reshape([samples, classes])
}

/// Back from `[samples, classes]` to this shape of logits.
fn unrows<T: Float>(rows: Tensor<T>, shape: &[usize]) -> Result<Tensor<T>> {
    match shape {
        [_, _] => Ok(rows),
        [batch, classes, others @ ..] if !others.is_empty() => {
            let moved: Vec<usize> = [&[*batch], others, &[*classes]].concat();
            let last = others.len() as isize + 1;
            let order: Vec<isize> = [0, last].into_iter().chain(1..last).collect();
            rows.reshape(moved)?.permute(order)
        }
        _ => rows.reshape(shape),
    }
}

impl<T: Float> Var<T> {
    /// The mean cross entropy of these logits, [`CrossEntropy`], with classes or probabilities.
    #[track_caller]
    pub fn cross_entropy(&self, targets: impl Into<Targets<T>>) -> Self {
        self.cross_entropy_with(targets, CrossEntropyOptions::default())
    }

    /// The cross entropy of these logits, [`CrossEntropy`], with label smoothing, weights of classes, an ignored class, or without mean.
    #[track_caller]
    pub fn cross_entropy_with(
        &self,
        targets: impl Into<Targets<T>>,
        options: CrossEntropyOptions<T>,
    ) -> Self {
        self.apply(CrossEntropy {
            targets: targets.into(),
            options,
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::Rng;

    use crate::ops::cases::{Case, normal, shape_of_rank, uniform};

    /// Logits, and what follows from a generator seeded by their shape: targets and options.
    fn case(rank: usize, options: fn(usize, &mut Rng) -> CrossEntropyOptions<f64>, classes: bool) -> Case {
        let inputs = move |rng: &mut Rng| vec![normal(&shape_of_rank(rank, rng), rng)];
        Case::new(inputs, move |x| {
            let logits = &x[0].value;
            let (number, shape) = (classes_of(logits).unwrap_or(1), samples_shape(logits));
            let rng = &mut Rng::seed(logits.count() as u64);
            let options = options(number, rng);
            if classes {
                let targets = Tensor::<i64>::random_integers(&shape[..], 0, number as i64, rng).unwrap();
                return x[0].cross_entropy_with(&targets, options);
            }
            x[0].cross_entropy_with(&uniform(logits.shape(), 0.0, 1.0, rng), options)
        })
    }
    let plain = |_: usize, _: &mut Rng| CrossEntropyOptions::default();
    let full = |classes: usize, rng: &mut Rng| CrossEntropyOptions {
        label_smoothing: 0.3,
        weights: Some(uniform(&[classes], 0.5, 2.0, rng)),
        ignored_class: Some(1),
        reduction: Reduction::Sum,
    };
    let each = |classes: usize, rng: &mut Rng| CrossEntropyOptions {
        weights: Some(uniform(&[classes], 0.5, 2.0, rng)),
        reduction: Reduction::None,
        ..CrossEntropyOptions::default()
    };
    let mut cases = Vec::new();
    for rank in 1..=4 {
        for classes in [true, false] {
            cases.extend([
                case(rank, plain, classes),
                case(rank, full, classes),
                case(rank, each, classes),
            ]);
        }
    }
    cases
}
