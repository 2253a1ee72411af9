//! What checkpoints held before they knew the instruction set and the length of the schedule, and before samples had weights in metrics.

use std::collections::BTreeMap;

use backprop_optim::OptimizerState;
use backprop_tensor::{Float, Rng, Tensor};
use serde::Deserialize;

use crate::pass::PassState;
use crate::{Ended, Epoch, Error, Result};

/// The callbacks that show where training is. They remember nothing, and are no longer saved.
const SHOWN: [&str; 3] = ["Bar", "Lines", "Trace"];

#[derive(Deserialize)]
#[serde(bound = "")]
pub(super) struct RunState<T: Float> {
    settings: Settings,
    model: BTreeMap<String, Tensor<T>>,
    optimizer: OptimizerState<T>,
    learning_rates: (f64, f64),
    schedule: Vec<f64>,
    rngs: [Rng; 3],
    epoch: usize,
    step: usize,
    pass: Option<(PassState, f64)>,
    history: History,
    callbacks: Vec<(String, Vec<u8>)>,
    ended: Option<String>,
}

#[derive(Deserialize)]
struct Settings {
    optimizer: String,
    samples: usize,
    batch_size: usize,
    accumulate: usize,
    metrics: Vec<String>,
}

#[derive(Deserialize)]
struct History {
    epochs: Vec<Epoch>,
    baseline: Option<f64>,
    ended: Ended,
}

impl<T: Float> RunState<T> {
    /// The same in today's form.
    ///
    /// # Errors
    /// In the middle of an epoch with metrics: they were counted in numbers of samples, and are now in weights.
    pub(super) fn into_newest(mut self) -> Result<super::RunState<T>> {
        if self.pass.is_some() && !self.settings.metrics.is_empty() {
            return Err(Error::State(
                "has version 2 of the format, in the middle of an epoch, whose metrics are counted otherwise now: resume from the end of an epoch".into(),
            ));
        }
        let is_shown = |(name, state): &(String, Vec<u8>)| SHOWN.contains(&name.as_str()) && state.is_empty();
        while self.callbacks.last().is_some_and(is_shown) {
            self.callbacks.pop();
        }
        Ok(super::RunState {
            settings: super::Settings {
                optimizer: name_of(&self.settings.optimizer),
                samples: self.settings.samples,
                batch_size: self.settings.batch_size,
                accumulate: self.settings.accumulate,
                metrics: self.settings.metrics,
                course: None,
            },
            model: self.model,
            optimizer: self.optimizer,
            learning_rates: self.learning_rates,
            schedule: self.schedule,
            rngs: self.rngs,
            epoch: self.epoch,
            step: self.step,
            pass: self.pass,
            history: crate::History {
                epochs: self.history.epochs,
                baseline: self.history.baseline,
                ended: self.history.ended,
                levels: vec!["unknown".into()],
            },
            callbacks: self.callbacks,
            ended: self.ended,
        })
    }
}

/// Version 2 has the name of the type as it is written, `Adam<f64>`, and of an optimizer in a box that of the trait.
fn name_of(written: &str) -> String {
    match written.split('<').next().unwrap_or(written) {
        "Optimizer" => String::new(),
        name => name.into(),
    }
}
