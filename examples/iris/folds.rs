//! Stratified cross-validation: the flowers are dealt out in five folds, ten of each species in each; five networks are trained,
//! each on four folds, and each is tested on the fifth.

use backprop::datasets::{StandardScaler, iris};
use backprop::prelude::*;

use super::Error;
use super::networks::Network;

pub(crate) const FOLDS: usize = 5;

/// A fold and the network that has not seen it.
pub(crate) struct Fold {
    pub(crate) scaler: StandardScaler,
    pub(crate) model: DynamicSequential,
    pub(crate) history: History,
    pub(crate) accuracy: f64,
}

/// The flowers shuffled and dealt once: each of them is tested once.
pub(crate) struct Shuffle {
    pub(crate) folds: Vec<Fold>,
    pub(crate) matrix: ConfusionMatrix,
}

impl Shuffle {
    pub(crate) fn run(network: &Network, flowers: &TensorDataset, seed: u64) -> Result<Self, Error> {
        let mut rng = Rng::seed(seed);
        let mut shuffle = Self {
            folds: Vec::new(),
            matrix: ConfusionMatrix::new(iris::CLASSES.len()).with_names(iris::CLASSES),
        };
        for (train, test) in flowers.stratified_k_fold(FOLDS, &mut rng)? {
            // What the scaler knew of the test flowers, the network would know.
            let scaler = StandardScaler::fit(train.inputs())?;
            let train = train.map_inputs(|x| scaler.transform(x))?;
            let test = test.map_inputs(|x| scaler.transform(x))?;

            let mut model = network.build(&mut rng);
            // The test flowers are looked at after each epoch for the curves alone: nothing is chosen by them.
            let history = network.trainer(rng.next_seed()).fit(&mut model, &train, &test)?;

            let mut matrix = ConfusionMatrix::new(iris::CLASSES.len());
            let predicted = predict_classes(&model, test.inputs())?;
            matrix.add(&predicted, test.targets())?;
            shuffle.matrix.add(&predicted, test.targets())?;
            shuffle.folds.push(Fold {
                scaler,
                model,
                history,
                accuracy: matrix.accuracy(),
            });
        }
        Ok(shuffle)
    }

    /// The mean accuracy of the folds.
    pub(crate) fn accuracy(&self) -> f64 {
        mean(self.folds.iter().map(|fold| fold.accuracy))
    }
}

pub(crate) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The root of the mean squared distance from the mean.
pub(crate) fn deviation(values: impl ExactSizeIterator<Item = f64> + Clone) -> f64 {
    let mean_value = mean(values.clone());
    mean(values.map(|value| (value - mean_value).powi(2))).sqrt()
}
