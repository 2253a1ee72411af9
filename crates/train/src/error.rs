use std::path::PathBuf;

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
    /// A failure of the model, or of the derivative of its loss.
    #[error(transparent)]
    Autodiff(#[from] backprop_autodiff::Error),
    /// A failure of the optimizer.
    #[error(transparent)]
    Optim(#[from] backprop_optim::Error),
    /// A failure of the data.
    #[error(transparent)]
    Datasets(#[from] backprop_datasets::Error),
    /// A failure of a tensor operation.
    #[error(transparent)]
    Tensor(#[from] backprop_tensor::Error),
}

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
