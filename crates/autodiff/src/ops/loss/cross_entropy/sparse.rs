//! Targets that are one class a sample.

use backprop_tensor::{Error, Float, Result, Tensor, kernel, math};

use super::CrossEntropyOptions;

/// Losses added one after another, so that rounding errors do not add up over a large batch.
const PART: usize = 1024;

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
    fn each<'a>(&'a self, log_softmax: &'a Tensor<T>) -> impl Iterator<Item = T> + 'a {
        let length = log_softmax.shape().last().map_or(1, |&length| length.max(1));
        let rows = log_softmax.as_slice().unwrap_or(&[]).chunks_exact(length);
        self.samples().zip(rows).map(|(sample, row)| {
            let loss = sample.and_then(|(place, weight)| match weight == T::ZERO {
                true => None,
                false => Some(-*row.get(place)? * weight),
            });
            loss.unwrap_or(T::ZERO)
        })
    }

    /// The samples' losses.
    pub(super) fn losses(&self, log_softmax: &Tensor<T>) -> Result<Tensor<T>> {
        let mut losses = Tensor::zeros([self.classes.count()])?;
        for (to, loss) in losses.as_mut_slice()?.iter_mut().zip(self.each(log_softmax)) {
            *to = loss;
        }
        Ok(losses)
    }

    /// Their sum.
    pub(super) fn total(&self, log_softmax: &Tensor<T>) -> f64 {
        let mut losses = self.each(log_softmax).map(T::to_f64).peekable();
        let mut total = 0.0;
        while losses.peek().is_some() {
            total += losses.by_ref().take(PART).sum::<f64>();
        }
        total
    }

    /// `(softmax(x_n)_c - [c is the class of n]) w_n g_n / divisor`, in place of `log softmax x`.
    pub(super) fn slope(
        &self,
        log_softmax: Tensor<T>,
        gradient: &Tensor<T>,
        divisor: T,
    ) -> Result<Tensor<T>> {
        let own = self.own(&log_softmax)?;
        if self.is_even() && gradient.count() == 1 {
            let factor = [gradient.item()? / divisor];
            let own = own.into_apply(&kernel!(|p; factor| math::expm1(p) * factor), &factor, &[])?;
            let formula = kernel!(|p; factor| math::exp(p) * factor);
            return self.replace(log_softmax.into_apply(&formula, &factor, &[])?, &own);
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
        let factors: Vec<T> = factors.collect();
        let factors = Tensor::from_slice(&factors, [samples, 1])?;
        let formula = kernel!(|p, factor| if factor == 0.0 {
            0.0
        } else {
            math::expm1(p) * factor
        });
        let own = own.into_apply(&formula, &[], &[&factors])?;
        let formula = kernel!(|p, factor| if factor == 0.0 { 0.0 } else { math::exp(p) * factor });
        self.replace(log_softmax.into_apply(&formula, &[], &[&factors])?, &own)
    }

    /// `log softmax x` at each sample's class, as `[samples, 1]`; 0 for those that are ignored.
    fn own(&self, log_softmax: &Tensor<T>) -> Result<Tensor<T>> {
        let length = log_softmax.shape().last().map_or(1, |&length| length.max(1));
        let rows = log_softmax.as_slice().unwrap_or(&[]).chunks_exact(length);
        let mut own = Tensor::zeros([self.classes.count(), 1])?;
        for ((own, row), sample) in own.as_mut_slice()?.iter_mut().zip(rows).zip(self.samples()) {
            if let Some(&p) = sample.and_then(|(place, _)| row.get(place)) {
                *own = p;
            }
        }
        Ok(own)
    }

    /// Puts the slopes `(p - 1) w_n g_n / divisor` at the place of each sample's class: less 1, they keep the digits that `p` near 1 has lost.
    fn replace(&self, mut slope: Tensor<T>, own: &Tensor<T>) -> Result<Tensor<T>> {
        let length = slope.shape().last().map_or(1, |&length| length.max(1));
        let own = own.as_slice().unwrap_or(&[]);
        let rows = slope.as_mut_slice()?.chunks_exact_mut(length);
        for ((row, sample), &own) in rows.zip(self.samples()).zip(own) {
            if let Some(element) = sample.and_then(|(place, _)| row.get_mut(place)) {
                *element = own;
            }
        }
        Ok(slope)
    }
}
