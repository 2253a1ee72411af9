//! Means over batches, each of a weight.

use backprop_autodiff::Gradients;
use backprop_tensor::{Float, Tensor, kernel};

use crate::Result;

/// The mean of losses: sums of losses times weights, and of the weights, in a unit near one of the weights. For these may be of any size, and no
/// mean depends on their unit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WeightedMean {
    sum: f64,
    weight: f64,
    /// A power of 2, so that it changes no digit; 0 as long as nothing has any weight.
    unit: f64,
}

/// So much heavier a weight must be than the unit for another unit.
const FAR_HEAVIER: f64 = 4_294_967_296.0;

impl WeightedMean {
    /// From the two sums in the unit 1.
    pub(crate) fn from_sums(sum: f64, weight: f64) -> Self {
        let mut mean = Self::default();
        mean.adopt(weight);
        match mean.unit > 0.0 {
            true => Self {
                sum: sum / mean.unit,
                weight: weight / mean.unit,
                ..mean
            },
            false => Self { sum, weight, ..mean },
        }
    }

    /// The sum of losses times weights and that of the weights.
    pub(crate) fn sums(&self) -> (f64, f64) {
        (self.sum * self.unit, self.weight * self.unit)
    }

    /// Counts a mean loss of this weight; of one that is infinite, 0 times is nothing.
    pub(crate) fn add(&mut self, loss: f64, weight: f64) {
        if weight > 0.0 {
            self.adopt(weight);
            self.sum += loss * self.share(weight);
            self.weight += self.share(weight);
        }
    }

    pub(crate) fn is_weightless(&self) -> bool {
        self.weight == 0.0
    }

    /// 0 of what has no weight.
    pub(crate) fn value(&self) -> f64 {
        if self.is_weightless() {
            return 0.0;
        }
        self.sum / self.weight
    }

    /// Takes a larger unit if this weight needs one, and gives what everything in the old one is to be multiplied by.
    fn adopt(&mut self, weight: f64) -> Option<f64> {
        if weight.is_nan() || weight <= self.unit * FAR_HEAVIER {
            return None;
        }
        let next = power_of_two(weight);
        let change = self.unit / next;
        (self.sum, self.weight, self.unit) = (self.sum * change, self.weight * change, next);
        Some(change)
    }

    /// A weight in units.
    fn share(&self, weight: f64) -> f64 {
        if weight > 0.0 { weight / self.unit } else { weight }
    }
}

/// The mean of the gradients of several batches.
pub(crate) struct Accumulated<T: Float> {
    gradients: Option<Gradients<T>>,
    loss: WeightedMean,
}

impl<T: Float> Accumulated<T> {
    pub(crate) fn new() -> Self {
        Self {
            gradients: None,
            loss: WeightedMean::default(),
        }
    }

    /// What the gradients of a batch of this weight are to be multiplied by: the weight in units, for it may be of a size that no gradient can be
    /// multiplied by.
    pub(crate) fn share(&mut self, weight: f64) -> Result<f64> {
        if let (Some(change), Some(gradients)) = (self.loss.adopt(weight), &mut self.gradients) {
            scale(gradients, change)?;
        }
        Ok(self.loss.share(weight))
    }

    /// Adds the gradients of a batch, multiplied by its share, and its mean loss.
    pub(crate) fn add(&mut self, gradients: Gradients<T>, loss: f64, weight: f64) -> Result<()> {
        match &mut self.gradients {
            None => self.gradients = Some(gradients),
            Some(all) => all.accumulate(gradients)?,
        }
        self.loss.add(loss, weight);
        Ok(())
    }

    /// The mean loss, and the weight altogether.
    pub(crate) fn loss(&self) -> (f64, f64) {
        (self.loss.value(), self.loss.sums().1)
    }

    /// The sum of the gradients; `None` if there was no batch.
    pub(crate) fn sum(self) -> Option<Gradients<T>> {
        self.gradients
    }

    /// Their mean.
    pub(crate) fn mean(mut self) -> Result<Option<Gradients<T>>> {
        if let Some(gradients) = &mut self.gradients
            && !self.loss.is_weightless()
        {
            scale(gradients, 1.0 / self.loss.weight)?;
        }
        Ok(self.gradients)
    }
}

fn scale<T: Float>(gradients: &mut Gradients<T>, factor: f64) -> Result<()> {
    let kernel = kernel!(mut g; ; factor => { g *= factor; });
    for (_, gradient) in gradients.iter_mut() {
        Tensor::update(&kernel, &mut [gradient], &[])?;
    }
    Ok(())
}

/// The power of 2 below a positive number, of those that are normal.
fn power_of_two(x: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    f64::from_bits(x.to_bits() & EXPONENT).clamp(f64::MIN_POSITIVE, 2_f64.powi(1023))
}
