//! Counts that know no types of elements, so that they are compiled once, here.

use backprop_tensor::{Float, Numeric, Tensor};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use super::Count;
use super::total::Total;
use crate::{Result, codec};

/// Outputs and targets of some samples, and what these weigh, if not all weigh 1: `[n]`, or in the shape of the targets.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) outputs: Tensor<f64>,
    pub(crate) targets: Tensor<f64>,
    pub(crate) weights: Option<Tensor<f64>>,
}

impl Batch {
    pub(crate) fn new<T: Float, Y: Numeric>(
        outputs: &Tensor<T>,
        targets: &Tensor<Y>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<Self> {
        Ok(Self {
            outputs: outputs.cast()?,
            targets: targets.cast()?,
            weights: weights.cloned(),
        })
    }
}

/// A count of batches.
pub(crate) trait Tally: Serialize + DeserializeOwned + 'static {
    fn add(&mut self, batch: &Batch) -> Result<()>;

    fn value(&self) -> f64;
}

/// A tally as a count.
pub(crate) fn counting<T: Float, Y: Numeric>(tally: impl Tally) -> Box<dyn Count<T, Y>> {
    Box::new(Counting(tally))
}

struct Counting<C>(C);

impl<T: Float, Y: Numeric, C: Tally> Count<T, Y> for Counting<C> {
    fn add(&mut self, output: &Tensor<T>, targets: &Tensor<Y>) -> Result<()> {
        self.0.add(&Batch::new(output, targets, None)?)
    }

    fn add_weighted(&mut self, output: &Tensor<T>, targets: &Tensor<Y>, weights: &Tensor<f64>) -> Result<()> {
        self.0.add(&Batch::new(output, targets, Some(weights))?)
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
    sum: Total,
    #[serde(deserialize_with = "weights")]
    weight: Total,
}

impl Mean {
    pub(crate) fn add(&mut self, value: f64, weight: f64) {
        self.sum.add([value, weight]);
        self.weight.add([weight]);
    }

    /// Adds a number in parts, to be multiplied.
    pub(crate) fn add_product(&mut self, [a, b, c, d]: [f64; 4], weight: f64) {
        self.sum.add([a, b, c, d, weight]);
        self.weight.add([weight]);
    }

    /// Adds the square of one.
    pub(crate) fn add_square(&mut self, [a, b]: [f64; 2], weight: f64) {
        self.add_product([a, b, a, b], weight);
    }

    /// NaN of nothing.
    pub(crate) fn value(&self) -> f64 {
        self.sum.over(self.weight).value()
    }

    /// Its root.
    pub(crate) fn root(&self) -> f64 {
        self.sum.over(self.weight).root()
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

/// A sum of weights that was written down, which no damage can make negative.
pub(super) fn weights<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Total, D::Error> {
    let total = Total::deserialize(deserializer)?;
    match total.is_weight() {
        true => Ok(total),
        false => Err(D::Error::custom(
            "weights are finite and at least 0, and so is their sum",
        )),
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
