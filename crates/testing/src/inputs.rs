//! Inputs for a layer: random tensors of random shapes.

use std::ops::{Range, RangeInclusive};

use backprop_tensor::{Float, Result, Rng, Tensor};

use crate::layouts;

/// Shapes and values that a layer is tried with; [`inputs!`](crate::inputs!) makes one.
///
/// Every trial has a seed, from which its shape, its values and its layout in memory follow.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Inputs {
    axes: Vec<Lengths>,
    trials: u64,
    values: Values,
}

/// The lengths an axis can have: a number or a range of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lengths(Range<usize>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Values {
    Normal,
    Between(f64, f64),
}

impl Inputs {
    /// Tensors with these axes, of standard normal values, in five trials.
    pub fn new(axes: impl IntoIterator<Item = Lengths>) -> Self {
        Self {
            axes: axes.into_iter().collect(),
            trials: 5,
            values: Values::Normal,
        }
    }

    /// Values evenly distributed between two, for layers that are not defined or not smooth elsewhere.
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.values = Values::Between(low, high);
        self
    }

    /// How many inputs are tried.
    pub fn trials(mut self, trials: u64) -> Self {
        self.trials = trials;
        self
    }

    /// The seeds of all trials.
    pub(crate) fn seeds(&self) -> impl Iterator<Item = u64> + use<> {
        0..self.trials
    }

    /// The shape and the input of a trial.
    ///
    /// # Errors
    /// If there can be no such tensor.
    pub fn tensor<T: Float>(&self, seed: u64) -> Result<Tensor<T>> {
        let rng = &mut Rng::seed(seed);
        let shape: Vec<_> = self.axes.iter().map(|lengths| lengths.draw(rng)).collect();
        let values = match self.values {
            Values::Normal => Tensor::normal(shape, T::ZERO, T::ONE, rng)?,
            Values::Between(low, high) => Tensor::uniform(shape, T::from_f64(low), T::from_f64(high), rng)?,
        };
        layouts::shuffled(&values, rng)
    }
}

impl Lengths {
    fn draw(&self, rng: &mut Rng) -> usize {
        match self.0.len() {
            0 => self.0.start,
            count => self.0.start + rng.below(count),
        }
    }
}

impl From<usize> for Lengths {
    fn from(length: usize) -> Self {
        Self(length..length.saturating_add(1))
    }
}

impl From<Range<usize>> for Lengths {
    fn from(lengths: Range<usize>) -> Self {
        Self(lengths)
    }
}

impl From<RangeInclusive<usize>> for Lengths {
    fn from(lengths: RangeInclusive<usize>) -> Self {
        Self(*lengths.start()..lengths.end().saturating_add(1))
    }
}

/// [`Inputs`] with these axes, each a number or a range of numbers: `inputs![1..8, 4]` are one to seven rows of four.
#[macro_export]
macro_rules! inputs {
    ($($lengths:expr),* $(,)?) => {
        $crate::Inputs::new([$($crate::Lengths::from($lengths)),*] as [$crate::Lengths; $crate::inputs!(@count $($lengths)*)])
    };
    (@count $($lengths:expr)*) => { <[&str]>::len(&[$(stringify!($lengths)),*]) };
}
