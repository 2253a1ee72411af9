#[cfg(feature = "progress")]
use std::io::IsTerminal;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use backprop_tensor::Float;

use super::{Callback, Plan, Training};
use crate::{Ended, Epoch, History, Result};

/// How training shows where it is, and at the end [what came of it](crate::Diagnosis), on the standard error stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    /// A bar where the stream is a terminal, a line an epoch elsewhere.
    #[default]
    Automatic,
    /// A line an epoch.
    Lines,
    /// Nothing.
    Silent,
}

impl Progress {
    pub(crate) fn callback<T: Float>(self) -> Option<Box<dyn Callback<T>>> {
        match self {
            Self::Silent => None,
            #[cfg(feature = "progress")]
            Self::Automatic if io::stderr().is_terminal() => Some(Box::new(bar::Bar::default())),
            Self::Automatic | Self::Lines => Some(Box::new(Lines::default())),
        }
    }
}

/// A line an epoch.
#[derive(Debug)]
struct Lines {
    epochs: usize,
    /// Epochs of a run that was resumed.
    before: usize,
    started: Instant,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            epochs: 0,
            before: 0,
            started: Instant::now(),
        }
    }
}

impl<T: Float> Callback<T> for Lines {
    fn on_fit_begin(&mut self, plan: &Plan, history: &History, _: &mut Training<'_, T>) -> Result<()> {
        if let Some(warning) = other_level(plan, history) {
            let _ = writeln!(io::stderr(), "{warning}");
        }
        self.before = history.epochs.len();
        (self.epochs, self.started) = (plan.epochs, Instant::now());
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        let passed = self.started.elapsed().as_secs_f64();
        let left = passed / (epoch.epoch - self.before.min(epoch.epoch - 1)) as f64
            * self.epochs.saturating_sub(epoch.epoch) as f64;
        // Nobody may be reading: a closed stream is no reason to stop training.
        let _ = writeln!(io::stderr(), "{}, {left:.0} s left", line(epoch, self.epochs));
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, history: &History, _: &mut Training<'_, T>) -> Result<()> {
        let _ = writeln!(io::stderr(), "{}", summary(history));
        Ok(())
    }
}

/// What to say of a run that goes on with another instruction set.
fn other_level(plan: &Plan, history: &History) -> Option<String> {
    let (before, now) = (history.levels.last()?, &plan.level);
    (before != now).then(|| {
        format!(
            "resumed with {now}, after {before}: from here on, the weights agree to rounding, not to the bit"
        )
    })
}

/// Why it ended, and what came of it.
fn summary(history: &History) -> String {
    let epochs = history.epochs.len();
    let ended = match &history.ended {
        Ended::Completed => String::new(),
        Ended::Callback(name) => format!("ended by {name} in epoch {epochs}; "),
        Ended::Stopped => format!("stopped after {epochs} epochs; "),
    };
    format!("{ended}{}", history.diagnosis())
}

/// `epoch 1/5: loss 0.2581, accuracy 0.9244, validation loss 0.1312, validation accuracy 0.9602, 1.2 s`
fn line(epoch: &Epoch, epochs: usize) -> String {
    let validation = epoch.validation.iter().flat_map(|part| part.values());
    let validation = validation.map(|(name, value)| format!(", validation {name} {value:.4}"));
    format!(
        "epoch {}/{epochs}: {}{}, {:.1} s",
        epoch.epoch,
        epoch.train,
        validation.collect::<String>(),
        epoch.seconds
    )
}

#[cfg(feature = "progress")]
mod bar {
    use std::time::Duration;

    use indicatif::{ProgressBar, ProgressStyle};

    use super::*;
    use crate::callbacks::{Running, Step};

    /// How often the numbers beside the bar change.
    const REFRESH: Duration = Duration::from_millis(100);

    /// A bar over all steps, with epoch, step, loss, metrics, rate and time left.
    #[derive(Debug, Default)]
    pub(super) struct Bar {
        bar: Option<ProgressBar>,
        plan: Option<Plan>,
        shown: Option<Instant>,
    }

    impl<T: Float> Callback<T> for Bar {
        fn on_fit_begin(&mut self, plan: &Plan, history: &History, _: &mut Training<'_, T>) -> Result<()> {
            let bar = ProgressBar::new(plan.epochs.saturating_mul(plan.steps) as u64);
            bar.set_position(plan.done as u64);
            bar.reset_eta();
            // What a narrow terminal has no room for is left out at the end, so that the bar is one line.
            let template = "{prefix} [{bar:10}] {eta} left, {wide_msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            if let Some(warning) = other_level(plan, history) {
                bar.println(warning);
            }
            (self.bar, self.plan, self.shown) = (Some(bar), Some(plan.clone()), None);
            Ok(())
        }

        fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
            let (Some(bar), Some(plan)) = (&self.bar, &self.plan) else {
                return Ok(ControlFlow::Continue(()));
            };
            let due = self.shown.is_none_or(|shown| shown.elapsed() >= REFRESH);
            if due || step.step == plan.steps {
                bar.set_position(step.total as u64);
                let (epoch, epochs, at, steps) = (step.epoch, plan.epochs, step.step, plan.steps);
                bar.set_prefix(format!("epoch {epoch}/{epochs}"));
                let (numbers, rate) = (running(step.running), bar.per_sec());
                bar.set_message(format!("{numbers}, step {at}/{steps}, {rate:.0}/s"));
                self.shown = Some(Instant::now());
            }
            Ok(ControlFlow::Continue(()))
        }

        fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
            if let (Some(bar), Some(plan)) = (&self.bar, &self.plan) {
                bar.println(line(epoch, plan.epochs));
            }
            Ok(ControlFlow::Continue(()))
        }

        fn on_fit_end(&mut self, history: &History, _: &mut Training<'_, T>) -> Result<()> {
            if let Some(bar) = self.bar.take() {
                bar.println(summary(history));
                bar.finish_and_clear();
            }
            Ok(())
        }
    }

    fn running(running: &dyn Running) -> String {
        let evaluation = crate::Evaluation {
            loss: running.loss(),
            metrics: running.metrics(),
        };
        evaluation.to_string()
    }

    impl Drop for Bar {
        /// After an error, the bar goes away.
        fn drop(&mut self) {
            if let Some(bar) = self.bar.take() {
                bar.finish_and_clear();
            }
        }
    }
}
