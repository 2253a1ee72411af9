use serde::{Deserialize, Serialize};

/// What a pass over some data gave.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// The mean loss of a sample.
    pub loss: f64,
    /// The metrics, by name, in the order in which the trainer has them.
    pub metrics: Vec<(String, f64)>,
}

impl Evaluation {
    /// The metric of this name; `loss` is one.
    pub fn get(&self, name: &str) -> Option<f64> {
        if name == "loss" {
            return Some(self.loss);
        }
        let found = self.metrics.iter().find(|(metric, _)| metric == name);
        found.map(|(_, value)| *value)
    }
}

/// What one epoch gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Epoch {
    /// Its number, from 1.
    pub epoch: usize,
    /// On the training data, while the model was changing.
    pub train: Evaluation,
    /// On the validation data, after the epoch.
    pub validation: Option<Evaluation>,
    /// How long training took, in seconds, without the validation.
    pub seconds: f64,
}

/// What a training run gave, epoch by epoch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct History {
    /// The epochs, in order.
    pub epochs: Vec<Epoch>,
}

impl History {
    /// How long training took altogether, in seconds, without the validation.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }

    /// The last epoch.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }
}
