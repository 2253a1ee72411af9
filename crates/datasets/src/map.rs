use std::fmt;
use std::ops::Range;

use backprop_tensor::{Element, Rng};

use crate::{Batch, Dataset, Result};

/// A data set whose batches pass through a function when they are asked for: see [`Dataset::map`].
#[derive(Clone)]
pub struct Map<D, F> {
    dataset: D,
    f: F,
}

impl<D, F> Map<D, F> {
    pub(crate) fn new(dataset: D, f: F) -> Self {
        Self { dataset, f }
    }

    /// The data set behind it.
    pub fn inner(&self) -> &D {
        &self.dataset
    }
}

impl<D, F, X, Y> Dataset for Map<D, F>
where
    D: Dataset,
    X: Element,
    Y: Element,
    F: Fn(Batch<D::Input, D::Target>) -> Result<Batch<X, Y>>,
{
    type Input = X;
    type Target = Y;

    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn batch(&self, indices: &[usize]) -> Result<Batch<X, Y>> {
        (self.f)(self.dataset.batch(indices)?)
    }

    fn range(&self, range: Range<usize>) -> Result<Batch<X, Y>> {
        (self.f)(self.dataset.range(range)?)
    }

    fn augmented(&self, indices: &[usize], rng: &mut Rng) -> Result<Batch<X, Y>> {
        (self.f)(self.dataset.augmented(indices, rng)?)
    }
}

impl<D: fmt::Debug, F> fmt::Debug for Map<D, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Map").field(&self.dataset).finish()
    }
}
