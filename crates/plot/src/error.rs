use std::path::PathBuf;
use std::sync::Arc;

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a picture could not be drawn or saved.
///
/// A picture keeps the first mistake of the calls that built it, and reports it when it is drawn:
///
/// ```
/// use backprop_plot::{Chart, Picture};
///
/// let chart = Chart::new().line("loss", [1, 2, 3], [0.5, 0.4]);
/// assert_eq!(
///     chart.to_svg().unwrap_err().to_string(),
///     "line: 3 x and 2 y values: there must be as many of the one as of the other"
/// );
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Data or settings of which no picture can be made.
    #[error("{picture}: {problem}")]
    Invalid {
        /// The kind of picture.
        picture: &'static str,
        /// What is wrong and what would have been right.
        problem: String,
    },
    /// A width, height or scale that no picture can have.
    #[error("a picture of {width} x {height} pixels: each side must be 1 to {limit}")]
    Size {
        /// The width asked for, in pixels.
        width: f64,
        /// The height asked for, in pixels.
        height: f64,
        /// The largest side there can be.
        limit: f64,
    },
    /// More pixels than a bitmap is drawn with.
    #[error(
        "a picture of {width} x {height} pixels: there may be {limit} in all; a smaller size or scale is needed"
    )]
    Pixels {
        /// The width asked for, in pixels.
        width: usize,
        /// The height asked for, in pixels.
        height: usize,
        /// The most pixels there can be.
        limit: usize,
    },
    /// A file name that does not end in a format's name.
    #[error("{}: the name must end in {expected}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What it may end in.
        expected: &'static str,
    },
    /// A file that cannot be written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: Arc<std::io::Error>,
    },
    /// A terminal that cannot be written to.
    #[error("the terminal: {0}")]
    Write(Arc<std::io::Error>),
    /// What the program's own function said, that was asked for values to draw.
    #[error(transparent)]
    Model(Arc<dyn std::error::Error + Send + Sync>),
    /// A tensor operation that failed.
    #[error(transparent)]
    Tensor(#[from] backprop_tensor::Error),
}

impl Error {
    pub(crate) fn invalid(picture: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid {
            picture,
            problem: problem.into(),
        }
    }

    /// The error of a function of the program's own, to be handed through.
    ///
    /// ```
    /// assert_eq!(backprop_plot::Error::model("no weights").to_string(), "no weights");
    /// ```
    pub fn model(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Model(error.into().into())
    }
}
