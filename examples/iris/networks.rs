//! The two networks, and how they are trained.

use backprop::prelude::*;

/// A kind of network with its settings, which are the same for all folds and shuffles.
///
/// Settings that were chosen by the flowers which judge them would look better than they are. These were chosen among a few by the mean
/// over the shuffles 100 to 105, which are not reported.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) name: &'static str,
    /// Sizes of the hidden layers.
    pub(crate) hidden: &'static [usize],
    pub(crate) epochs: usize,
    pub(crate) learning_rate: f64,
}

pub(crate) const BATCH: usize = 16;
/// How much the weights are drawn toward 0: with 120 flowers, certainty is soon too great.
pub(crate) const WEIGHT_DECAY: f64 = 0.01;

/// One layer draws straight lines between the species, two may bend them.
pub(crate) const NETWORKS: [Network; 2] = [
    Network {
        name: "one layer",
        hidden: &[],
        epochs: 150,
        learning_rate: 0.1,
    },
    Network {
        name: "two layers",
        hidden: &[16],
        epochs: 150,
        learning_rate: 0.01,
    },
];

impl Network {
    /// `4 → 3`, or `4 → hidden → 3` with tanh between: the logits of the three species.
    pub(crate) fn build(&self, rng: &mut Rng) -> DynamicSequential {
        let mut model = Sequential::dynamic();
        let mut inputs = 4;
        for &size in self.hidden {
            model.push(Linear::new(inputs, size, rng));
            model.push(Tanh);
            inputs = size;
        }
        model.push(Linear::new(inputs, 3, rng));
        model
    }

    /// The learning rate falls linearly to 0, so that the last weights do not depend on the last batches.
    pub(crate) fn trainer(&self, seed: u64) -> Trainer<CrossEntropy, AdamW> {
        Trainer::new(
            CrossEntropy,
            AdamW::new(self.learning_rate).weight_decay(WEIGHT_DECAY),
        )
        .epochs(self.epochs)
        .batch_size(BATCH)
        .seed(seed)
        .schedule(|done: f64| 1.0 - done)
        .metric(Accuracy)
        .progress(Progress::Silent)
    }
}
