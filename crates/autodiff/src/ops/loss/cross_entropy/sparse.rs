//! Targets that are one class a sample.

use backprop_tensor::{Error, Float, LogProbabilities, Result, Tensor};

use super::{CrossEntropyOptions, total};

/// A class for each sample, all of them valid.
#[derive(Debug)]
pub(super) struct Sparse<T: Float> {
    classes: Tensor<i64>,
    weights: Option<Tensor<T>>,
    ignored_class: Option<i64>,
}

impl<T: Float> Sparse<T> {
    pub(super) fn new(
        classes: &Tensor<i64>,
        options: &CrossEntropyOptions<T>,
        number: usize,
    ) -> Result<Self> {
        let sparse = Self {
            classes: classes.contiguous()?,
            weights: options.weights.as_ref().map(Tensor::contiguous).transpose()?,
            ignored_class: options.ignored_class,
        };
        let valid = |class: i64| {
            sparse.ignored_class == Some(class) || usize::try_from(class).is_ok_and(|place| place < number)
        };
        match sparse.classes().iter().find(|&&class| !valid(class)) {
            None => Ok(sparse),
            Some(&index) => Err(Error::Index {
                operation: "cross_entropy",
                index,
                length: number,
            }),
        }
    }

    fn classes(&self) -> &[i64] {
        self.classes.as_slice().unwrap_or(&[])
    }

    /// For each sample the place of its class and its weight; nothing if it is ignored.
    fn samples(&self) -> impl Iterator<Item = Option<(usize, T)>> + '_ {
        let weights = self.weights.as_ref().and_then(Tensor::as_slice);
        self.classes().iter().map(move |&class| {
            let place = usize::try_from(class)
                .ok()
                .filter(|_| self.ignored_class != Some(class))?;
            let weight = match weights {
                None => T::ONE,
                Some(weights) => *weights.get(place)?,
            };
            Some((place, weight))
        })
    }

    /// Whether all samples count the same.
    fn is_even(&self) -> bool {
        self.weights.is_none() && self.ignored_class.is_none()
    }

    /// The sum of the weights.
    pub(super) fn weight(&self) -> T {
        if self.is_even() {
            return T::from_f64(self.classes.count() as f64);
        }
        T::from_f64(self.samples().flatten().map(|(_, weight)| weight.to_f64()).sum())
    }

    /// `-w log p` of each sample's class; 0 where `w` is, even if the probability is.
    pub(super) fn each<'a>(&'a self, log_softmax: &'a LogProbabilities<T>) -> impl Iterator<Item = T> + 'a {
        let places = self.samples().map(|sample| sample.map(|(place, _)| place));
        let samples = self.samples().zip(log_softmax.of_columns(places));
        samples.map(|(sample, log_probability)| match (sample, log_probability) {
            (Some((_, weight)), Some(p)) if weight != T::ZERO => -p * weight,
            _ => T::ZERO,
        })
    }

    /// The sum of [`each`](Self::each).
    pub(super) fn total(&self, log_softmax: &LogProbabilities<T>) -> f64 {
        if !self.is_even() {
            return total(self.each(log_softmax));
        }
        let places = self.classes().iter().map(|&class| usize::try_from(class).ok());
        total(log_softmax.of_columns(places).map(|p| p.map_or(T::ZERO, |p| -p)))
    }

    /// The samples' losses.
    pub(super) fn losses(&self, log_softmax: &LogProbabilities<T>) -> Result<Tensor<T>> {
        let mut losses = Tensor::zeros([self.classes.count()])?;
        for (to, loss) in losses.as_mut_slice()?.iter_mut().zip(self.each(log_softmax)) {
            *to = loss;
        }
        Ok(losses)
    }

    /// The weights as `[samples, classes]`, 0 for all classes but that of each sample.
    pub(super) fn dense(&self, number: usize) -> Result<Tensor<T>> {
        let mut weights = Tensor::zeros([self.classes.count(), number])?;
        let rows = weights.as_mut_slice()?.chunks_mut(number.max(1));
        for (row, sample) in rows.zip(self.samples()) {
            if let Some((place, weight)) = sample
                && let Some(to) = row.get_mut(place)
            {
                *to = weight;
            }
        }
        Ok(weights)
    }

    /// `(softmax(x_n)_c - [c is the class of n]) w_n g_n / divisor`.
    pub(super) fn slope(
        &self,
        log_softmax: LogProbabilities<T>,
        gradient: &Tensor<T>,
        divisor: T,
    ) -> Result<Tensor<T>> {
        if self.is_even() && gradient.count() == 1 {
            return log_softmax.into_class_slopes(&self.classes, &[gradient.item()? / divisor]);
        }
        let samples = self.classes.count();
        let gradients = match gradient.rank() {
            0 => gradient.broadcast_to([samples])?,
            _ => gradient.reshape([samples])?,
        };
        let gradients = gradients.to_vec().into_iter();
        let weights = self
            .samples()
            .map(|sample| sample.map_or(T::ZERO, |(_, weight)| weight));
        let factors = gradients.zip(weights).map(|(g, weight)| match weight == T::ZERO {
            true => T::ZERO,
            false => g / divisor * weight,
        });
        log_softmax.into_class_slopes(&self.classes, &factors.collect::<Vec<T>>())
    }
}
