//! Counts that know no types of elements, so that they are compiled once, here.

use backprop_tensor::{Float, Numeric, Tensor};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use super::Count;
use crate::{Result, codec};

/// A count of outputs and targets as `f64`.
pub(crate) trait Tally: Serialize + DeserializeOwned + 'static {
    /// With weights `[n]` of the samples or in the shape of the targets, if not all are 1.
    fn add(
        &mut self,
        output: &Tensor<f64>,
        targets: &Tensor<f64>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<()>;

    fn value(&self) -> f64;
}

/// A tally as a count.
pub(crate) fn counting<T: Float, Y: Numeric>(tally: impl Tally) -> Box<dyn Count<T, Y>> {
    Box::new(Counting(tally))
}

struct Counting<C>(C);

impl<T: Float, Y: Numeric, C: Tally> Count<T, Y> for Counting<C> {
    fn add(&mut self, output: &Tensor<T>, targets: &Tensor<Y>) -> Result<()> {
        self.0.add(&output.cast()?, &targets.cast()?, None)
    }

    fn add_weighted(&mut self, output: &Tensor<T>, targets: &Tensor<Y>, weights: &Tensor<f64>) -> Result<()> {
        self.0.add(&output.cast()?, &targets.cast()?, Some(weights))
    }

    fn value(&self) -> f64 {
        self.0.value()
    }

    fn state(&self) -> Result<Vec<u8>> {
        codec::encode(&self.0)
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.0 = codec::decode(state)?;
        Ok(())
    }
}

/// A sum of weighted numbers one after another, and that of their weights.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Mean {
    sum: f64,
    #[serde(deserialize_with = "weighed")]
    weight: f64,
}

impl Mean {
    pub(crate) fn add(&mut self, value: f64, weight: f64) {
        self.sum += value * weight;
        self.weight += weight;
    }

    /// NaN of nothing.
    pub(crate) fn value(&self) -> f64 {
        self.sum / self.weight
    }
}

/// More than anybody has ever counted: from here on, `f64` has not all whole numbers.
pub(super) const MOST: u64 = 1 << 53;

/// A number that was counted before it was written down. One that nobody could count to is damage, and could not be counted on from.
pub(super) fn counted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match u64::deserialize(deserializer)? {
        count if count <= MOST => Ok(count),
        count => Err(D::Error::custom(format_args!(
            "{count} samples were counted, but 2⁵³ are the most there can be"
        ))),
    }
}

/// A sum of weights that was written down. What no weights add up to is damage.
pub(super) fn weighed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match f64::deserialize(deserializer)? {
        weight if weight.is_finite() && weight >= 0.0 => Ok(weight),
        weight => Err(D::Error::custom(format_args!(
            "the samples weigh {weight}, but weights are finite and at least 0"
        ))),
    }
}
