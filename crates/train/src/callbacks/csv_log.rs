use std::ops::ControlFlow;
use std::path::PathBuf;

use backprop_tensor::Float;

use super::log_file::LogFile;
use super::{Callback, Plan, Training};
use crate::{Epoch, History, Result};

/// A table of the epochs in a file: epoch, learning rate, seconds, then loss and metrics on the training and the validation data.
///
/// Each line is written when its epoch ends. A run that is resumed writes the earlier epochs anew, so that the file is as if it had never
/// been stopped.
///
/// ```text
/// epoch,learning_rate,seconds,loss,accuracy,validation_loss,validation_accuracy
/// 1,0.001,0.25,0.61,0.7,0.52,0.81
/// ```
#[derive(Debug)]
pub struct CsvLog {
    file: LogFile,
    is_headed: bool,
}

impl CsvLog {
    /// To this file, which is replaced when the first epoch has ended.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            file: LogFile::new(path.into()),
            is_headed: false,
        }
    }

    fn line(&mut self, epoch: &Epoch) -> String {
        let head = std::mem::replace(&mut self.is_headed, true);
        let parts = [
            ("", Some(&epoch.train)),
            ("validation_", epoch.validation.as_ref()),
        ];
        let values = || {
            let parts = parts
                .into_iter()
                .filter_map(|(prefix, part)| Some((prefix, part?)));
            parts.flat_map(|(prefix, part)| part.values().map(move |(name, value)| (prefix, name, value)))
        };
        let mut lines = String::new();
        if !head {
            lines += "epoch,learning_rate,seconds";
            for (prefix, name, _) in values() {
                lines += &format!(",{}", quoted(&format!("{prefix}{name}")));
            }
            lines += "\n";
        }
        lines += &format!("{},{},{}", epoch.epoch, epoch.learning_rate, epoch.seconds);
        for (_, _, value) in values() {
            lines += &format!(",{value}");
        }
        lines + "\n"
    }
}

/// As RFC 4180 has it.
fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.into(),
    }
}

impl<T: Float> Callback<T> for CsvLog {
    fn on_fit_begin(&mut self, _: &Plan, history: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.file.begin()?;
        self.is_headed = false;
        let lines: String = history.epochs.iter().map(|epoch| self.line(epoch)).collect();
        self.file.add(&lines)
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        let line = self.line(epoch);
        self.file.add(&line)?;
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.file.end();
        Ok(())
    }
}
