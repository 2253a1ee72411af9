use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Diagnosis;

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
    /// With this loss and no metrics.
    pub fn new(loss: f64) -> Self {
        Self {
            loss,
            metrics: Vec::new(),
        }
    }

    /// The metric of this name; `loss` is one.
    pub fn get(&self, name: &str) -> Option<f64> {
        if name == "loss" {
            return Some(self.loss);
        }
        let found = self.metrics.iter().find(|(metric, _)| metric == name);
        found.map(|(_, value)| *value)
    }

    /// The names and values of the loss and of all metrics.
    pub fn values(&self) -> impl Iterator<Item = (&str, f64)> {
        let metrics = self.metrics.iter().map(|(name, value)| (name.as_str(), *value));
        [("loss", self.loss)].into_iter().chain(metrics)
    }
}

/// As progress lines show it.
///
/// ```
/// # use backprop_train::Evaluation;
/// assert_eq!(Evaluation::new(0.25).to_string(), "loss 0.2500");
/// ```
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.4}", self.loss)?;
        self.metrics
            .iter()
            .try_for_each(|(name, value)| write!(f, ", {name} {value:.4}"))
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
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// How long training took, in seconds, without the validation.
    pub seconds: f64,
}

impl Epoch {
    /// The evaluation that says how good the model is: on the validation data, or where there are none on the training data.
    pub fn judged(&self) -> &Evaluation {
        self.validation.as_ref().unwrap_or(&self.train)
    }
}

/// Why a training ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Ended {
    /// All epochs were done.
    #[default]
    Completed,
    /// The callback of this name ended it.
    Callback(String),
    /// A [`StopHandle`](crate::StopHandle) stopped it; [`Trainer::resume`](crate::Trainer::resume) goes on from its checkpoint.
    Stopped,
}

/// What a training run gave, epoch by epoch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct History {
    /// The epochs, in order.
    pub epochs: Vec<Epoch>,
    /// The loss on the training data of the best output that is the same for all samples, if the loss knows it and the data lies in memory.
    pub baseline: Option<f64>,
    /// Why training ended.
    pub ended: Ended,
    /// The instruction sets that its steps were computed with, in order: one, `["x86_64 avx2"]`, unless the run was
    /// [resumed](crate::Trainer::resume) on another machine, or at another [level](backprop_tensor::simd::Level) of the same. Then its weights agree
    /// with those of a run on one of them to rounding, not to the bit. A checkpoint of an older version says `unknown`.
    #[serde(default)]
    pub levels: Vec<String>,
}

impl History {
    /// A history of these losses, epoch by epoch: of a loop of one's own, to be [diagnosed](Self::diagnosis).
    ///
    /// Without validation losses, `validation` is empty.
    pub fn of_losses(train: &[f64], validation: &[f64]) -> Self {
        let epoch = |(index, &loss): (usize, &f64)| Epoch {
            epoch: index + 1,
            train: Evaluation::new(loss),
            validation: validation.get(index).map(|&loss| Evaluation::new(loss)),
            learning_rate: f64::NAN,
            seconds: 0.0,
        };
        Self {
            epochs: train.iter().enumerate().map(epoch).collect(),
            ..Self::default()
        }
    }

    /// How long training took altogether, in seconds, without the validation.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }

    /// The last epoch.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// The epoch with the smallest loss on the validation data, or where there are none on the training data; the first of equals.
    pub fn best(&self) -> Option<&Epoch> {
        let numbers = self.epochs.iter().filter(|epoch| !epoch.judged().loss.is_nan());
        numbers.min_by(|a, b| a.judged().loss.total_cmp(&b.judged().loss))
    }

    /// How much larger the loss on the validation data is than that on the training data, epoch by epoch; `None` where there are none.
    pub fn gaps(&self) -> Vec<Option<f64>> {
        let gap = |epoch: &Epoch| Some(epoch.validation.as_ref()?.loss - epoch.train.loss);
        self.epochs.iter().map(gap).collect()
    }

    /// A value epoch by epoch on the training data: `loss`, or a metric by name.
    pub fn train(&self, name: &str) -> Vec<Option<f64>> {
        self.epochs.iter().map(|epoch| epoch.train.get(name)).collect()
    }

    /// A value epoch by epoch on the validation data: `loss`, or a metric by name.
    pub fn validation(&self, name: &str) -> Vec<Option<f64>> {
        let value = |epoch: &Epoch| epoch.validation.as_ref()?.get(name);
        self.epochs.iter().map(value).collect()
    }

    /// Whether the model underfits, fits well or overfits, since when, and what to try: see [`Diagnosis`].
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis::of(self)
    }
}
