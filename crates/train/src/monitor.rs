//! Which number says whether an epoch was the best one so far.

use crate::{Epoch, Error, Plan, Result};

/// A metric, and its best value so far.
#[derive(Debug, Clone)]
pub(crate) struct Monitor {
    metric: String,
    /// Whatever the metric says of itself.
    pub(crate) forced: bool,
    less_is_better: bool,
    pub(crate) min_delta: f64,
    /// Its best value; `None` before the first epoch.
    pub(crate) best: Option<f64>,
}

impl Default for Monitor {
    fn default() -> Self {
        Self {
            metric: "loss".into(),
            forced: false,
            less_is_better: true,
            min_delta: 0.0,
            best: None,
        }
    }
}

impl Monitor {
    pub(crate) fn look_at(&mut self, metric: String) {
        self.metric = metric;
    }

    /// Before the first epoch, with what the metrics say of themselves.
    pub(crate) fn start(&mut self, plan: &Plan) -> Result<()> {
        if !plan.metrics.contains(&self.metric) {
            return Err(self.unknown(&mut plan.metrics.iter().map(String::as_str)));
        }
        if !(self.min_delta >= 0.0 && self.min_delta.is_finite()) {
            let what = format!("min_delta {}", self.min_delta);
            return Err(Error::setting(what, "a finite number that is not negative"));
        }
        self.less_is_better = self.forced || plan.less_is_better.contains(&self.metric);
        self.best = None;
        Ok(())
    }

    fn unknown(&self, known: &mut dyn Iterator<Item = &str>) -> Error {
        let known: Vec<&str> = known.collect();
        Error::Setting {
            what: format!("there is no metric {:?}, only {}", self.metric, known.join(", ")),
            expected: "the trainer must have the metric that a callback looks at, under the name that the metric has; it is that of the validation \
                data where there are any",
        }
    }

    /// Whether this epoch is the best one so far; NaN never is.
    pub(crate) fn is_better(&mut self, epoch: &Epoch) -> Result<bool> {
        let judged = epoch.judged();
        let value = judged
            .get(&self.metric)
            .ok_or_else(|| self.unknown(&mut judged.values().map(|(name, _)| name)))?;
        let better = match self.best {
            None => !value.is_nan(),
            Some(best) if self.less_is_better => value < best - self.min_delta,
            Some(best) => value > best + self.min_delta,
        };
        if better {
            self.best = Some(value);
        }
        Ok(better)
    }
}
