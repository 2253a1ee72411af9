//! The whole state of a training, as a checkpoint has it.

use std::collections::BTreeMap;
use std::path::Path;

use backprop_optim::OptimizerState;
use backprop_tensor::{Float, Rng, Tensor};
use serde::{Deserialize, Serialize};

use crate::pass::PassState;
use crate::{Error, History, Result, codec};

mod version_2;

/// The version of the files. It grows with every change to [`RunState`], whose older form stays readable: a file of its own.
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
    /// Its name, which files of version 2 may not say.
    pub(crate) optimizer: String,
    pub(crate) samples: usize,
    pub(crate) batch_size: usize,
    pub(crate) accumulate: usize,
    pub(crate) metrics: Vec<String>,
    /// Unknown in files of version 2.
    pub(crate) course: Option<Course>,
}

/// How many steps an epoch has, and how many of them the schedule is spread over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Course {
    pub(crate) drop_last: bool,
    pub(crate) epochs: usize,
    pub(crate) schedule_epochs: Option<usize>,
}

impl<T: Float> RunState<T> {
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        codec::save(path, VERSION, T::NAME, self)
    }

    pub(crate) fn load(path: &Path) -> Result<Self> {
        codec::load(path, T::NAME, |version, bytes| match version {
            VERSION => Ok(codec::decode(bytes)),
            2 => Ok(codec::decode(bytes).and_then(version_2::RunState::into_newest)),
            _ => Err("versions 2 and 3"),
        })
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
        if !saved.optimizer.is_empty() && saved.optimizer != now.optimizer {
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
        if let (Some(saved), Some(now)) = (&saved.course, &now.course) {
            if saved.drop_last != now.drop_last {
                return error(
                    "drop_last",
                    saved.drop_last.to_string(),
                    now.drop_last.to_string(),
                );
            }
            if !saved.is_as_long_as(now) {
                return error(
                    "the length of the schedule",
                    saved.schedule_length(),
                    now.schedule_length(),
                );
            }
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

impl Course {
    /// Whether the schedule has the same length. That of a run which has not asked for one may change with its number of epochs.
    fn is_as_long_as(&self, other: &Self) -> bool {
        let length = |course: &Self| course.schedule_epochs.unwrap_or(course.epochs);
        self.schedule_epochs.or(other.schedule_epochs).is_none() || length(self) == length(other)
    }

    fn schedule_length(&self) -> String {
        match self.schedule_epochs {
            Some(epochs) => format!("{epochs} epochs"),
            None => format!("that of the run, {} epochs,", self.epochs),
        }
    }
}
