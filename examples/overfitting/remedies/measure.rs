//! How good a model is on what it has learned from, and on what it has not.

use backprop::prelude::*;

use crate::Error;

/// What one model can do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Score {
    pub(crate) train_loss: f64,
    pub(crate) test_loss: f64,
    /// Shares of images that are taken for another digit.
    pub(crate) train_error: f64,
    pub(crate) test_error: f64,
}

/// On the images that a model has learned from, or some of them, and on others; by the plain cross entropy, whatever it was trained by.
pub(crate) fn score(model: &impl Layer, train: &TensorDataset, test: &TensorDataset) -> Result<Score, Error> {
    let judge: Trainer<_, Sgd> = Trainer::new(CrossEntropy, Sgd::new(0.0)).metric(Accuracy);
    let (train, test) = (judge.evaluate(model, train)?, judge.evaluate(model, test)?);
    let error = |evaluation: &Evaluation| {
        evaluation
            .get("accuracy")
            .map_or(f64::NAN, |accuracy| 1.0 - accuracy)
    };
    Ok(Score {
        train_loss: train.loss,
        test_loss: test.loss,
        train_error: error(&train),
        test_error: error(&test),
    })
}

/// What the models of a remedy can do, seed by seed.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) scores: Vec<Score>,
}

impl Outcome {
    pub(crate) fn of(&self, value: impl Fn(&Score) -> f64) -> Spread {
        Spread::of(self.scores.iter().map(value))
    }

    /// What the remedy changes, seed by seed.
    pub(crate) fn change(&self, without: &Self, value: impl Fn(&Score) -> f64) -> Spread {
        let pairs = self.scores.iter().zip(&without.scores);
        Spread::of(pairs.map(|(with, without)| value(with) - value(without)))
    }
}

/// Some numbers: their mean, and their standard deviation, as an estimate from a sample.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) std: f64,
    count: usize,
    /// Whether all of them are above 0, or all below.
    agree: bool,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let std = (squares / (count as f64 - 1.0)).sqrt();
        let agree = values.iter().all(|value| value * mean > 0.0);
        Self {
            mean,
            std,
            count,
            agree,
        }
    }

    /// Whether changes have one sign, and a mean of more than three of its standard errors.
    pub(crate) fn is_clear(&self) -> bool {
        self.agree && self.mean.abs() > 3.0 * self.std / (self.count as f64).sqrt()
    }
}
