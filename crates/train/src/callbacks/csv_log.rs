use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use backprop_tensor::Float;

use super::{Callback, Plan, Training};
use crate::{Epoch, Error, History, Result};

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
    path: PathBuf,
    file: Option<File>,
    is_headed: bool,
}

impl CsvLog {
    /// To this file, which is replaced.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            file: None,
            is_headed: false,
        }
    }

    fn write(&mut self, epoch: &Epoch) -> Result<()> {
        let head = std::mem::replace(&mut self.is_headed, true);
        let Some(file) = &mut self.file else { return Ok(()) };
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
        writeln!(file, "{lines}").map_err(|source| Error::file(&self.path, source))
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
        let file = File::create(&self.path).map_err(|source| Error::file(&self.path, source))?;
        (self.file, self.is_headed) = (Some(file), false);
        history.epochs.iter().try_for_each(|epoch| self.write(epoch))
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        self.write(epoch)?;
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.file = None;
        Ok(())
    }
}
