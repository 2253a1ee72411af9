//! What parts 3 and 4 learn: a few hundred handwritten digits, fewer than a network has weights by a factor of hundreds.

use backprop::datasets::mnist;
use backprop::prelude::*;

use super::Error;

pub(crate) const PIXELS: usize = 28 * 28;
pub(crate) const CLASSES: usize = 10;

/// So many images to learn from, unless there is to be more of them.
pub(crate) const FEW: usize = 300;

/// So many at most.
pub(crate) const MANY: usize = 5000;

/// Images of the training set, another part of it for each seed, and of the test set.
pub(crate) struct Digits {
    images: TensorDataset,
    /// What a training is watched with, and stopped by.
    pub(crate) validation: TensorDataset,
    /// What nothing is decided by.
    pub(crate) test: TensorDataset,
}

impl Digits {
    pub(crate) fn load() -> Result<Self, Error> {
        let (images, test) = mnist::load()?;
        let (validation, images) = images.split_at(1000)?;
        Ok(Self {
            images,
            validation,
            test: test.take(2000),
        })
    }

    /// So many images to learn from, others for each seed; those of a larger number begin with those of a smaller one.
    pub(crate) fn few(&self, count: usize, seed: u64) -> Result<TensorDataset, Error> {
        let first = Rng::seed(seed).below(self.images.len() - MANY);
        Ok(self.images.split_at(first)?.1.take(count.min(MANY)))
    }
}

/// A network with one hidden layer.
pub(crate) fn perceptron(hidden: usize, rng: &mut Rng) -> DynamicSequential {
    let mut model = Sequential::dynamic();
    model.push(Linear::new(PIXELS, hidden, rng));
    model.push(Relu);
    model.push(Linear::new(hidden, CLASSES, rng));
    model
}
