use std::path::PathBuf;

use crate::idx;

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a data set could not be made, read, divided or transformed.
///
/// ```
/// use backprop_datasets::TensorDataset;
/// use backprop_tensor::Tensor;
///
/// let inputs = Tensor::from([[0.0_f32, 1.0], [2.0, 3.0], [4.0, 5.0]]);
/// let error = TensorDataset::new(inputs, Tensor::from([0_i64, 1])).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "dataset: shapes [3, 2] and [2] must have the same first axis: as many targets as inputs"
/// );
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, an index or an argument that does not fit, or no memory.
    #[error(transparent)]
    Tensor(#[from] backprop_tensor::Error),
    /// An IDX file that cannot be read.
    #[error(transparent)]
    Idx(#[from] idx::Error),
    /// The embedded MNIST is damaged.
    #[cfg(feature = "mnist")]
    #[error(transparent)]
    Mnist(#[from] backprop_mnist::Error),
    /// A batch of a data set that has not the samples asked for.
    #[error(
        "the data gave {given} samples where {asked} were asked for: a batch must have one for each index"
    )]
    Samples {
        /// How many were asked for.
        asked: usize,
        /// How many came.
        given: usize,
    },
    /// A directory that has not the file looked for.
    #[error("{}: has no file {}", directory.display(), names.join(" or "))]
    Missing {
        /// The directory.
        directory: PathBuf,
        /// The names that would have done.
        names: Vec<String>,
    },
    /// What went wrong in a source of one's own: see [`Error::other`].
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The error of a source of one's own: of a file, a database or a message.
    ///
    /// ```
    /// # use backprop_datasets::Error;
    /// assert_eq!(Error::other("the camera is off").to_string(), "the camera is off");
    /// ```
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }
}
