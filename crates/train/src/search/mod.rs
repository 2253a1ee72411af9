//! Looking for good settings: each way in a file of its own.

mod grid;
mod random;
mod space;
mod successive_halving;

pub use space::Space;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::{self, Builder};

use backprop_tensor::Rng;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// More trials than this are a mistake.
const MOST: usize = 1 << 24;

/// As many as the library's own threads.
const MOST_THREADS: usize = 1024;

/// A search for the settings with the smallest score, in parallel.
///
/// A trial is a set of values for the settings of a [`Space`], with a seed of its own. The closure trains and evaluates a model with them and gives a
/// score, the validation loss for instance.
///
/// As many trials run at a time as [`threads`](Self::threads) says; without it, as many as [operations have threads](backprop_tensor::threads). One of
/// them runs on the thread that calls, the others on threads that the search starts and ends; it uses no pool, and waits for nothing but its trials. Which
/// trials there are, their seeds and the order of the results do not depend on the number of threads, and neither do scores that are made of
/// nothing but the trial.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_layers::{Linear, Tanh, sequential};
/// use backprop_optim::Adam;
/// use backprop_tensor::Rng;
/// use backprop_train::{CrossEntropy, Progress, Search, Space, Trainer};
///
/// let (train, validation) = moons(200, 0.1, &mut Rng::seed(0))?.split(0.5, &mut Rng::seed(0))?;
/// let space = Space::new()
///     .log_uniform("learning rate", 1e-3, 1e-1)
///     .choices("hidden", [2.0, 8.0]);
/// let results = Search::new(space).random(6, |trial| {
///     let (hidden, rng) = (trial.get_usize("hidden")?, &mut Rng::seed(trial.seed));
///     let mut model = sequential![Linear::new(2, hidden, rng), Tanh, Linear::new(hidden, 2, rng)];
///     let mut trainer = Trainer::new(CrossEntropy, Adam::new(trial.get("learning rate")?))
///         .epochs(5)
///         .progress(Progress::Silent);
///     Ok(trainer.fit(&mut model, &train, &validation)?.best().map_or(f64::NAN, |epoch| epoch.judged().loss))
/// })?;
/// println!("{results}");
/// assert!(results.best().unwrap().trial.get("learning rate")? > 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Search {
    space: Space,
    seed: u64,
    more_is_better: bool,
    threads: Option<usize>,
}

impl Search {
    /// In this space, from seed 0, for the smallest score.
    pub fn new(space: Space) -> Self {
        Self {
            space,
            seed: 0,
            more_is_better: false,
            threads: None,
        }
    }

    /// How many trials run at a time, from 1 to 1024; another number is an error of the search.
    ///
    /// With 1, they run one after another on the thread that calls.
    ///
    /// ```
    /// use backprop_train::{Search, Space};
    ///
    /// let search = Search::new(Space::new().uniform("x", -1.0, 1.0)).threads(1);
    /// let caller = std::thread::current().id();
    /// search.random(3, |trial| {
    ///     assert_eq!(std::thread::current().id(), caller);
    ///     trial.get("x")
    /// })?;
    /// # Ok::<(), backprop_train::Error>(())
    /// ```
    pub fn threads(self, threads: usize) -> Self {
        Self {
            threads: Some(threads),
            ..self
        }
    }

    /// What decides the random values and the seeds of the trials.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Looks for the largest score: an accuracy, for instance.
    pub fn more_is_better(self) -> Self {
        Self {
            more_is_better: true,
            ..self
        }
    }

    /// Runs trials in parallel, and gives their outcomes in order.
    fn run(
        &self,
        trials: Vec<Trial>,
        evaluate: &(impl Fn(&Trial) -> Result<f64> + Sync),
    ) -> Result<Vec<Outcome>> {
        let outcome = |trial: Trial| {
            let score = evaluate(&trial).map_err(|error| error.to_string());
            Outcome { trial, score }
        };
        match self.threads.unwrap_or_else(backprop_tensor::threads) {
            threads @ 1..=MOST_THREADS => Ok(in_order(&trials, threads, &outcome)),
            threads => Err(Error::setting(
                format!("{threads} trials at a time"),
                "there must be 1 to 1024",
            )),
        }
    }

    /// Trials of these values, each with a seed of its own.
    fn trials(&self, values: impl IntoIterator<Item = Vec<f64>>, rng: &mut Rng) -> Vec<Trial> {
        let trials = values.into_iter().enumerate().map(|(number, values)| Trial {
            number,
            seed: rng.next_seed(),
            budget: 1,
            values: self.space.names().map(str::to_owned).zip(values).collect(),
        });
        trials.collect()
    }

    fn results(&self, outcomes: Vec<Outcome>) -> SearchResults {
        SearchResults {
            outcomes,
            more_is_better: self.more_is_better,
        }
    }
}

/// The outcomes of all trials, some of which run at the same time: each thread takes the next one that is left.
fn in_order(trials: &[Trial], threads: usize, outcome: &(impl Fn(Trial) -> Outcome + Sync)) -> Vec<Outcome> {
    let next = &AtomicUsize::new(0);
    let work = move || {
        let mut mine = Vec::new();
        loop {
            let index = next.fetch_add(1, Relaxed);
            let Some(trial) = trials.get(index) else {
                return mine;
            };
            mine.push((index, outcome(trial.clone())));
        }
    };
    let mut outcomes = thread::scope(|scope| {
        // Where the system gives no more threads, those that there are do the work.
        let others: Vec<_> = (1..threads.min(trials.len()))
            .map_while(|_| Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut outcomes = work();
        for other in others {
            let theirs = other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            outcomes.extend(theirs);
        }
        outcomes
    });
    outcomes.sort_by_key(|&(index, _)| index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// A set of values to try.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trial {
    /// Its number, from 0.
    pub number: usize,
    /// A seed of its own.
    pub seed: u64,
    /// How much to spend on it, epochs for instance, in [successive halving](Search::successive_halving); 1 elsewhere.
    pub budget: usize,
    /// The settings, by name.
    pub values: Vec<(String, f64)>,
}

impl Trial {
    /// The value of a setting.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn get(&self, name: &str) -> Result<f64> {
        let found = self.values.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let what = format!("a trial has no setting {name:?}");
            Error::setting(what, "it has those of the space that is searched")
        })
    }

    /// The value of a setting as a whole number, rounded.
    ///
    /// # Errors
    /// If there is none of this name, or it is negative or no number.
    pub fn get_usize(&self, name: &str) -> Result<usize> {
        let value = self.get(name)?.round();
        if !(0.0..=usize::MAX as f64).contains(&value) {
            let what = format!("the setting {name:?} is {value}");
            return Err(Error::setting(what, "a whole number is wanted, at least 0"));
        }
        Ok(value as usize)
    }
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The trial.
    pub trial: Trial,
    /// Its score, or why it failed.
    pub score: std::result::Result<f64, String>,
}

/// What came of all trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchResults {
    /// All outcomes, in the order of the trials; in successive halving, round after round.
    pub outcomes: Vec<Outcome>,
    /// Whether the largest score is the best one.
    pub more_is_better: bool,
}

impl SearchResults {
    /// The outcome with the best score, among those with the largest budget; the first among equals. `None` if all failed.
    pub fn best(&self) -> Option<&Outcome> {
        self.ranked().first().copied()
    }

    /// The outcomes that have a score, the best first: those with larger budgets before those with smaller ones.
    pub fn ranked(&self) -> Vec<&Outcome> {
        let mut ranked: Vec<(f64, &Outcome)> = self
            .outcomes
            .iter()
            .filter_map(|outcome| Some((*outcome.score.as_ref().ok()?, outcome)))
            .filter(|(score, _)| !score.is_nan())
            .collect();
        ranked.sort_by(|(a, x), (b, y)| {
            let score = if self.more_is_better {
                b.total_cmp(a)
            } else {
                a.total_cmp(b)
            };
            y.trial.budget.cmp(&x.trial.budget).then(score)
        });
        ranked.into_iter().map(|(_, outcome)| outcome).collect()
    }
}

/// Whole numbers without decimals, others to six digits.
fn number(value: f64) -> String {
    let digits = 5 - value.abs().log10().floor().clamp(-20.0, 5.0) as i32;
    match value {
        0.0 => "0".into(),
        _ if value.fract() == 0.0 => format!("{value}"),
        _ => {
            let text = format!("{value:.*}", digits.max(0) as usize);
            text.trim_end_matches('0').trim_end_matches('.').into()
        }
    }
}

/// A line an outcome, the best first, those that failed last.
impl fmt::Display for SearchResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = |outcome: &&Outcome| !matches!(&outcome.score, Ok(score) if !score.is_nan());
        let lines = self
            .ranked()
            .into_iter()
            .chain(self.outcomes.iter().filter(failed))
            .map(|outcome| {
                let trial = &outcome.trial;
                let values = trial
                    .values
                    .iter()
                    .map(|(name, value)| format!("{name} {}", number(*value)));
                let values = values.collect::<Vec<_>>().join(", ");
                match &outcome.score {
                    Ok(score) => format!(
                        "{score:.6}  trial {}, budget {}: {values}",
                        trial.number, trial.budget
                    ),
                    Err(error) => format!(
                        "failed    trial {}, budget {}: {values}: {error}",
                        trial.number, trial.budget
                    ),
                }
            });
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_printed_as_one_would_write_them() {
        for (value, expected) in [
            (64.0, "64"),
            (0.0, "0"),
            (0.5, "0.5"),
            (0.000_123_456_78, "0.000123457"),
            (1.0e-4, "0.0001"),
            (123_456.75, "123457"),
            (-2.25, "-2.25"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(value), expected, "{value}");
        }
    }
}
