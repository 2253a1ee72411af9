#[cfg(feature = "progress")]
use std::io::IsTerminal;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use backprop_autodiff::Module;
use backprop_tensor::Float;

use super::{Callback, Plan};
use crate::{Epoch, Evaluation, Result};

/// How training shows where it is, on the standard error stream.
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
    started: Instant,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            epochs: 0,
            started: Instant::now(),
        }
    }
}

impl<T: Float> Callback<T> for Lines {
    fn on_fit_begin(&mut self, plan: &Plan) -> Result<()> {
        (self.epochs, self.started) = (plan.epochs, Instant::now());
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut dyn Module<T>) -> Result<ControlFlow<()>> {
        let passed = self.started.elapsed().as_secs_f64();
        let left = passed / epoch.epoch as f64 * self.epochs.saturating_sub(epoch.epoch) as f64;
        // Nobody may be reading: a closed stream is no reason to stop training.
        let _ = writeln!(io::stderr(), "{}, {left:.0} s left", line(epoch, self.epochs));
        Ok(ControlFlow::Continue(()))
    }
}

/// `epoch 1/5: loss 0.2581, accuracy 0.9244, validation loss 0.1312, validation accuracy 0.9602, 1.2 s`
fn line(epoch: &Epoch, epochs: usize) -> String {
    let train = evaluation(&epoch.train, "");
    let validation = epoch.validation.as_ref();
    let validation = validation.map(|validation| format!(", {}", evaluation(validation, "validation ")));
    format!(
        "epoch {}/{epochs}: {train}{}, {:.1} s",
        epoch.epoch,
        validation.unwrap_or_default(),
        epoch.seconds
    )
}

fn evaluation(evaluation: &Evaluation, prefix: &str) -> String {
    let mut text = format!("{prefix}loss {:.4}", evaluation.loss);
    for (name, value) in &evaluation.metrics {
        text += &format!(", {prefix}{name} {value:.4}");
    }
    text
}

#[cfg(feature = "progress")]
mod bar {
    use std::time::Duration;

    use indicatif::{ProgressBar, ProgressStyle};

    use super::*;
    use crate::History;
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
        fn on_fit_begin(&mut self, plan: &Plan) -> Result<()> {
            let bar = ProgressBar::new(plan.epochs.saturating_mul(plan.steps) as u64);
            let template = "{prefix} [{bar:30}] {msg}, {per_sec}, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            (self.bar, self.plan, self.shown) = (Some(bar), Some(*plan), None);
            Ok(())
        }

        fn on_step_end(&mut self, step: &Step<'_>) -> Result<ControlFlow<()>> {
            let (Some(bar), Some(plan)) = (&self.bar, self.plan) else {
                return Ok(ControlFlow::Continue(()));
            };
            let due = self.shown.is_none_or(|shown| shown.elapsed() >= REFRESH);
            if due || step.step == plan.steps {
                let done = (step.epoch - 1) * plan.steps + step.step;
                bar.set_position(done as u64);
                let (epoch, epochs, at, steps) = (step.epoch, plan.epochs, step.step, plan.steps);
                bar.set_prefix(format!("epoch {epoch}/{epochs}, step {at}/{steps}"));
                bar.set_message(running(step.running));
                self.shown = Some(Instant::now());
            }
            Ok(ControlFlow::Continue(()))
        }

        fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut dyn Module<T>) -> Result<ControlFlow<()>> {
            if let (Some(bar), Some(plan)) = (&self.bar, self.plan) {
                bar.println(line(epoch, plan.epochs));
            }
            Ok(ControlFlow::Continue(()))
        }

        fn on_fit_end(&mut self, _: &History, _: &mut dyn Module<T>) -> Result<()> {
            if let Some(bar) = self.bar.take() {
                bar.finish_and_clear();
            }
            Ok(())
        }
    }

    fn running(running: &dyn Running) -> String {
        evaluation(
            &Evaluation {
                loss: running.loss(),
                metrics: running.metrics(),
            },
            "",
        )
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
