use std::fs::{self, File};
use std::io::BufWriter;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use backprop_tensor::Float;

use super::{Callback, Plan, Step, Training};
use crate::{Epoch, Error, Evaluation, History, Result, event_file};

/// Curves for TensorBoard: `tensorboard --logdir FOLDER` shows them.
///
/// In the subfolders `train` and `validation`, so that both are curves of one picture: loss and metrics, `epoch_loss` and the like, epoch by
/// epoch, and in `train` the learning rate and, if [asked for](Self::every_steps), the loss of every so many steps. A run that is resumed writes its
/// epochs anew.
#[derive(Debug)]
pub struct TensorBoardLog {
    folder: PathBuf,
    steps: Option<usize>,
    train: Option<Events>,
    validation: Option<Events>,
}

impl TensorBoardLog {
    /// To files in this folder, which is made if it does not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            steps: None,
            train: None,
            validation: None,
        }
    }

    /// The loss and the learning rate of every `n` steps too (at least 1).
    #[must_use]
    pub fn every_steps(self, n: usize) -> Self {
        Self {
            steps: Some(n),
            ..self
        }
    }

    fn write(&mut self, epoch: &Epoch) -> Result<()> {
        let at = epoch.epoch as u64;
        if let Some(train) = &mut self.train {
            train.evaluation(at, &epoch.train)?;
            train.scalar(at, "epoch_learning_rate", epoch.learning_rate)?;
            train.flush()?;
        }
        let Some(evaluation) = &epoch.validation else {
            return Ok(());
        };
        let validation = match &mut self.validation {
            Some(validation) => validation,
            None => self
                .validation
                .insert(Events::create(&self.folder.join("validation"))?),
        };
        validation.evaluation(at, evaluation)?;
        validation.flush()
    }
}

impl<T: Float> Callback<T> for TensorBoardLog {
    fn on_fit_begin(&mut self, _: &Plan, history: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.train = Some(Events::create(&self.folder.join("train"))?);
        self.validation = None;
        history.epochs.iter().try_for_each(|epoch| self.write(epoch))
    }

    fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        if let (Some(n), Some(train)) = (self.steps, &mut self.train)
            && step.total.is_multiple_of(n.max(1))
        {
            train.scalar(step.total as u64, "step_loss", step.loss)?;
            train.scalar(step.total as u64, "step_learning_rate", step.learning_rate)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        self.write(epoch)?;
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &History, _: &mut Training<'_, T>) -> Result<()> {
        for events in [&mut self.train, &mut self.validation] {
            if let Some(mut events) = events.take() {
                events.flush()?;
            }
        }
        Ok(())
    }
}

/// A file of events.
#[derive(Debug)]
struct Events {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Events {
    /// A new file in this folder, with a name that TensorBoard looks for and no other run has.
    fn create(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
        let name = |attempt: usize| {
            let (seconds, process) = (wall_time() as u64, std::process::id());
            format!("events.out.tfevents.{seconds:010}.backprop.{process}.{attempt}")
        };
        let mut attempt = 0;
        let (path, file) = loop {
            let path = folder.join(name(attempt));
            match File::create_new(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => attempt += 1,
                file => break (path.clone(), file.map_err(|source| Error::file(&path, source))?),
            }
        };
        let mut events = Self {
            path,
            file: BufWriter::new(file),
        };
        events.write(&event_file::version(wall_time()))?;
        Ok(events)
    }

    fn evaluation(&mut self, step: u64, evaluation: &Evaluation) -> Result<()> {
        let mut values = evaluation.values();
        values.try_for_each(|(name, value)| self.scalar(step, &format!("epoch_{name}"), value))
    }

    fn scalar(&mut self, step: u64, tag: &str, value: f64) -> Result<()> {
        self.write(&event_file::scalar(wall_time(), step, tag, value as f32))
    }

    fn write(&mut self, event: &[u8]) -> Result<()> {
        event_file::write_record(&mut self.file, event).map_err(|source| Error::file(&self.path, source))
    }

    fn flush(&mut self) -> Result<()> {
        self.file
            .flush()
            .map_err(|source| Error::file(&self.path, source))
    }
}

/// Seconds since 1970.
fn wall_time() -> f64 {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    passed.map_or(0.0, |passed| passed.as_secs_f64())
}
