use backprop_tensor::Rng;

use super::MOST;
use crate::{Error, Result};

/// Settings and the values that they may take.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use]
pub struct Space {
    axes: Vec<(String, Values)>,
}

/// The values of one setting.
#[derive(Debug, Clone, PartialEq)]
enum Values {
    Choices(Vec<f64>),
    Uniform(f64, f64),
    LogUniform(f64, f64),
    Integers(i64, i64),
}

impl Space {
    /// Without settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// One of these values.
    pub fn choices(self, name: impl Into<String>, values: impl Into<Vec<f64>>) -> Self {
        self.with(name, Values::Choices(values.into()))
    }

    /// Any number from `low` to `high`, each as likely.
    pub fn uniform(self, name: impl Into<String>, low: f64, high: f64) -> Self {
        self.with(name, Values::Uniform(low, high))
    }

    /// Any number from `low`, above 0, to `high`, evenly on a logarithmic scale: for learning rates and the like.
    pub fn log_uniform(self, name: impl Into<String>, low: f64, high: f64) -> Self {
        self.with(name, Values::LogUniform(low, high))
    }

    /// Any whole number from `low` to `high`, both included.
    pub fn integers(self, name: impl Into<String>, low: i64, high: i64) -> Self {
        self.with(name, Values::Integers(low, high))
    }

    fn with(mut self, name: impl Into<String>, values: Values) -> Self {
        self.axes.push((name.into(), values));
        self
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.axes.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn check(&self) -> Result<()> {
        let error = |name: &str, expected| Err(Error::setting(format!("the setting {name:?}"), expected));
        for (place, (name, values)) in self.axes.iter().enumerate() {
            if self.axes[..place].iter().any(|(other, _)| other == name) {
                return error(name, "each setting can be there once");
            }
            match *values {
                Values::Choices(ref choices) if choices.is_empty() => {
                    return error(name, "it needs a value to choose");
                }
                Values::Uniform(low, high) if !(low <= high && (high - low).is_finite()) => {
                    return error(name, "its range must be finite, and from small to large");
                }
                Values::LogUniform(low, high) if !(low > 0.0 && low <= high && high.is_finite()) => {
                    return error(
                        name,
                        "its range must be positive and finite, and from small to large",
                    );
                }
                Values::Integers(low, high) if low > high => {
                    return error(name, "its range must be from small to large");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A value of each setting at random.
    pub(super) fn draw(&self, rng: &mut Rng) -> Vec<f64> {
        let mut value = |values: &Values| match *values {
            Values::Choices(ref choices) => choices[rng.below(choices.len())],
            Values::Uniform(low, high) => low + (high - low) * rng.uniform(),
            Values::LogUniform(low, high) => (low.ln() + (high.ln() - low.ln()) * rng.uniform()).exp(),
            Values::Integers(low, high) => {
                let count = usize::try_from(high.abs_diff(low))
                    .unwrap_or(usize::MAX)
                    .saturating_add(1);
                low as f64 + rng.below(count) as f64
            }
        };
        self.axes.iter().map(|(_, values)| value(values)).collect()
    }

    /// How many combinations of values [`grid`](Self::grid) has: to be known before they take memory.
    pub(super) fn combinations(&self, points: usize) -> Result<usize> {
        let length = |(name, values): &(String, Values)| match *values {
            Values::Choices(ref choices) => Ok(choices.len()),
            Values::Uniform(..) | Values::LogUniform(..) => Ok(points.max(1)),
            Values::Integers(low, high) if high.abs_diff(low) < 1 << 20 => {
                Ok(high.abs_diff(low) as usize + 1)
            }
            Values::Integers(..) => Err(Error::setting(
                format!("the setting {name:?}"),
                "it has too many values for a grid",
            )),
        };
        let lengths = self.axes.iter().map(length).collect::<Result<Vec<_>>>()?;
        let count = lengths.into_iter().try_fold(1, usize::checked_mul);
        count.filter(|&count| count <= MOST).ok_or_else(|| {
            Error::setting(
                "a grid of more than 2²⁴ combinations",
                "try random trials instead",
            )
        })
    }

    /// The values of each setting on a grid: all choices and whole numbers, up to `points` of others, evenly spaced from end to end.
    pub(super) fn grid(&self, points: usize) -> Vec<Vec<f64>> {
        let along = |low: f64, high: f64| -> Vec<f64> {
            let step = |at: usize| low + (high - low) * at as f64 / (points.max(2) - 1) as f64;
            (0..points.max(1)).map(step).collect()
        };
        let axis = |(_, values): &(String, Values)| match *values {
            Values::Choices(ref choices) => choices.clone(),
            Values::Uniform(low, high) => along(low, high),
            Values::LogUniform(low, high) => along(low.ln(), high.ln()).into_iter().map(f64::exp).collect(),
            Values::Integers(low, high) => (low..=high).map(|x| x as f64).collect(),
        };
        self.axes.iter().map(axis).collect()
    }
}
