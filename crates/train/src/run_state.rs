//! The whole state of a training, as a checkpoint has it.

use std::collections::BTreeMap;
use std::path::Path;

use backprop_optim::OptimizerState;
use backprop_tensor::{Float, Rng, Tensor};
use serde::{Deserialize, Serialize};

use crate::pass::PassState;
use crate::{Error, History, Result, codec};

/// The version of the files. It grows with every change to [`RunState`].
const VERSION: u32 = 3;

/// Everything that decides how a training goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct RunState<T: Float> {
    pub(crate) settings: Settings,
    pub(crate) model: BTreeMap<String, Tensor<T>>,
    pub(crate) optimizer: OptimizerState<T>,
    /// The optimizer's learning rate before the first step, and now.
    pub(crate) learning_rates: (f64, f64),
    pub(crate) schedule: Vec<f64>,
    /// The generator before the first step, before the epoch, and now.
    pub(crate) rngs: [Rng; 3],
    /// The epoch that is going on, from 1, and the steps taken in it.
    pub(crate) epoch: usize,
    pub(crate) step: usize,
    /// What the epoch's steps gave, and how long they took; `None` before the first.
    pub(crate) pass: Option<(PassState, f64)>,
    pub(crate) history: History,
    /// What the callbacks remember, by name.
    pub(crate) callbacks: Vec<(String, Vec<u8>)>,
    /// The callback that has ended training after the last epoch.
    pub(crate) ended: Option<String>,
}

/// What must not change between a run and its continuation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// The name of its type.
    pub(crate) optimizer: String,
    pub(crate) samples: usize,
    pub(crate) batch_size: usize,
    pub(crate) accumulate: usize,
    pub(crate) metrics: Vec<String>,
}

impl<T: Float> RunState<T> {
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        codec::save(path, VERSION, T::NAME, self)
    }

    pub(crate) fn load(path: &Path) -> Result<Self> {
        codec::load(path, VERSION, T::NAME)
    }

    /// That the run which goes on is the one that was saved.
    pub(crate) fn check(&self, path: &Path, settings: &Settings, callbacks: &[String]) -> Result<()> {
        let error = |what: &str, saved: String, now: String| {
            Err(Error::format(
                path,
                format!("is of another run: {what} was {saved} and is {now}"),
            ))
        };
        let (saved, now) = (&self.settings, settings);
        if saved.optimizer != now.optimizer {
            return error("the optimizer", saved.optimizer.clone(), now.optimizer.clone());
        }
        if saved.samples != now.samples {
            return error(
                "the number of training samples",
                saved.samples.to_string(),
                now.samples.to_string(),
            );
        }
        if saved.batch_size != now.batch_size {
            return error(
                "the batch size",
                saved.batch_size.to_string(),
                now.batch_size.to_string(),
            );
        }
        if saved.accumulate != now.accumulate {
            return error(
                "the batches of a step",
                saved.accumulate.to_string(),
                now.accumulate.to_string(),
            );
        }
        if saved.metrics != now.metrics {
            return error(
                "the list of metrics",
                format!("{:?}", saved.metrics),
                format!("{:?}", now.metrics),
            );
        }
        let saved: Vec<&String> = self.callbacks.iter().map(|(name, _)| name).collect();
        if !saved.iter().copied().eq(callbacks) {
            return error(
                "the list of callbacks",
                format!("{saved:?}"),
                format!("{callbacks:?}"),
            );
        }
        Ok(())
    }
}
