use std::path::{Path, PathBuf};

/// Why training, evaluating or saving did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting outside its range, or data that cannot be trained on.
    #[error("{what}: {expected}")]
    Setting {
        /// What is wrong.
        what: String,
        /// What would have been right.
        expected: &'static str,
    },
    /// A step that failed.
    #[error("epoch {epoch}, step {step}: {source}")]
    Step {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in it, from 1.
        step: usize,
        /// Why.
        source: Box<Error>,
    },
    /// A file that could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file that does not hold what it should.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A sample that cannot be learned from, or data that does not fit the model or the loss.
    #[error("{data}: {what}: {expected}")]
    Data {
        /// Which data: `training data`, `validation data`.
        data: &'static str,
        /// What is wrong, and in which sample.
        what: String,
        /// What would have been right.
        expected: String,
    },
    /// A model that does not take the data.
    #[error("{data}: the model does not take inputs of shape {inputs:?}: {source}")]
    Model {
        /// Which data.
        data: &'static str,
        /// The shape of the inputs of the first batch.
        inputs: Box<[usize]>,
        /// What the model said.
        source: Box<backprop_autodiff::Error>,
    },
    /// State that could not be written as bytes, or bytes that hold no such state.
    #[error("{0}")]
    State(String),
    /// What went wrong in a step, a loss or a callback of one's own: see [`Error::other`].
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// A failure of the model, or of the derivative of its loss.
    #[error(transparent)]
    Autodiff(Box<backprop_autodiff::Error>),
    /// A failure of the optimizer.
    #[error(transparent)]
    Optim(Box<backprop_optim::Error>),
    /// A failure of the data.
    #[error(transparent)]
    Datasets(#[from] backprop_datasets::Error),
    /// A failure of a tensor operation.
    #[error(transparent)]
    Tensor(#[from] backprop_tensor::Error),
}

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

// Boxed, since a closure that returns one of these should not carry much about.
impl From<backprop_autodiff::Error> for Error {
    fn from(error: backprop_autodiff::Error) -> Self {
        Self::Autodiff(Box::new(error))
    }
}

impl From<backprop_optim::Error> for Error {
    fn from(error: backprop_optim::Error) -> Self {
        Self::Optim(Box::new(error))
    }
}

impl Error {
    /// The error of a step or a callback of one's own.
    ///
    /// ```
    /// # use backprop_train::Error;
    /// assert_eq!(Error::other("the disk is full").to_string(), "the disk is full");
    /// ```
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    pub(crate) fn setting(what: impl Into<String>, expected: &'static str) -> Self {
        Self::Setting {
            what: what.into(),
            expected,
        }
    }

    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            path: path.into(),
            source,
        }
    }

    pub(crate) fn format(path: &Path, reason: impl Into<String>) -> Self {
        Self::Format {
            path: path.into(),
            reason: reason.into(),
        }
    }
}
