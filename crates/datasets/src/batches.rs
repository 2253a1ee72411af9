//! One pass over a data set, batch by batch.

use std::fmt;
use std::iter::FusedIterator;

use backprop_tensor::{Element, Error, Rng};

use crate::{Batch, Dataset, Result, TensorDataset, memory};

/// The batches of a data set in memory: see [`TensorDataset::batches`].
#[derive(Debug, Clone)]
pub struct Batches<'a, X: Element = f32, Y: Element = i64> {
    batches: TryBatches<'a, TensorDataset<X, Y>>,
}

impl<'a, X: Element, Y: Element> Batches<'a, X, Y> {
    pub(crate) fn new(dataset: &'a TensorDataset<X, Y>, size: usize) -> Self {
        Self {
            batches: TryBatches::new(dataset, size),
        }
    }

    /// The samples in random order. To be called before the first batch is taken.
    ///
    /// The order is drawn now, and takes one number of `rng` whatever the number of samples: the generator is free
    /// in the loop, and what else draws from it does not depend on the size of the data.
    #[must_use]
    pub fn shuffle(self, rng: &mut Rng) -> Self {
        Self {
            batches: self.batches.shuffle(rng),
        }
    }

    /// Without the last batch if it is smaller than the others.
    #[must_use]
    pub fn drop_last(self) -> Self {
        Self {
            batches: self.batches.drop_last(),
        }
    }
}

impl<X: Element, Y: Element> Iterator for Batches<'_, X, Y> {
    type Item = Batch<X, Y>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batches.next().map(memory::sufficient)
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.batches.nth(n).map(memory::sufficient)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.batches.size_hint()
    }
}

impl<X: Element, Y: Element> ExactSizeIterator for Batches<'_, X, Y> {}
impl<X: Element, Y: Element> FusedIterator for Batches<'_, X, Y> {}

/// The batches of any data set, each of which may fail: see [`Dataset::try_batches`].
///
/// A batch that failed does not end the pass: the next one is the next samples'. Skipping batches
/// ([`Iterator::skip`], [`Iterator::nth`]) does not load them, so that an interrupted pass resumes where it was.
pub struct TryBatches<'a, D: ?Sized> {
    dataset: &'a D,
    order: Order,
    size: usize,
    /// The number of samples when the pass began.
    samples: usize,
    /// The place in the order of the next sample, and of the end.
    next: usize,
    end: usize,
}

#[derive(Debug, Clone)]
enum Order {
    Given,
    Shuffled {
        order: Vec<usize>,
        /// What follows from this seed and the place of a batch is random in it.
        seed: u64,
    },
    /// There was no memory for the order, which every batch then reports.
    Failed(Error),
}

impl<'a, D: Dataset + ?Sized> TryBatches<'a, D> {
    /// As [`Dataset::try_batches`], for a `dyn Dataset` too. A size of 0 counts as 1.
    pub fn new(dataset: &'a D, size: usize) -> Self {
        let samples = dataset.len();
        Self {
            dataset,
            order: Order::Given,
            size: size.max(1),
            samples,
            next: 0,
            end: samples,
        }
    }

    /// The samples in random order. To be called before the first batch is taken.
    ///
    /// The order is drawn now, and takes one number of `rng` whatever the number of samples: the generator is free
    /// in the loop, and what else draws from it does not depend on the size of the data.
    #[must_use]
    pub fn shuffle(mut self, rng: &mut Rng) -> Self {
        let mut own = Rng::seed(rng.next_seed());
        self.order = match own.permutation(self.samples) {
            Ok(order) => Order::Shuffled {
                order,
                seed: own.next_seed(),
            },
            Err(error) => Order::Failed(error),
        };
        self
    }

    /// Without the last batch if it is smaller than the others.
    #[must_use]
    pub fn drop_last(mut self) -> Self {
        self.end -= (self.end - self.next) % self.size;
        self
    }
}

impl<D: Dataset + ?Sized> Iterator for TryBatches<'_, D> {
    type Item = Result<Batch<D::Input, D::Target>>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next;
        if start == self.end {
            return None;
        }
        self.next += self.size.min(self.end - start);
        let range = start..self.next;
        let asked = range.len();
        let batch = match &self.order {
            Order::Given => self.dataset.range(range),
            Order::Shuffled { order, seed } => {
                let rng = &mut Rng::seed(seed.wrapping_add(start as u64));
                self.dataset.augmented(&order[range], rng)
            }
            Order::Failed(error) => Err(error.clone().into()),
        };
        Some(batch.and_then(|batch| match batch.len() {
            given if given == asked => Ok(batch),
            given => Err(crate::Error::Samples { asked, given }),
        }))
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let skipped = n.saturating_mul(self.size);
        self.next += skipped.min(self.end - self.next);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let batches = (self.end - self.next).div_ceil(self.size);
        (batches, Some(batches))
    }
}

impl<D: Dataset + ?Sized> ExactSizeIterator for TryBatches<'_, D> {}
impl<D: Dataset + ?Sized> FusedIterator for TryBatches<'_, D> {}

impl<D: ?Sized> Clone for TryBatches<'_, D> {
    fn clone(&self) -> Self {
        Self {
            order: self.order.clone(),
            ..*self
        }
    }
}

impl<D: ?Sized> fmt::Debug for TryBatches<'_, D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TryBatches")
            .field("samples", &self.samples)
            .field("size", &self.size)
            .field("shuffled", &!matches!(self.order, Order::Given))
            .field("rest", &(self.next..self.end))
            .finish()
    }
}
