use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::ElementType;

/// The result of reading or writing IDX.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an IDX file could not be read or written: the file, if there is one, and what is wrong.
///
/// ```
/// let error = backprop_datasets::idx::Idx::open("Cargo.toml").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "Cargo.toml: no IDX file: begins with bytes 5b 70, an IDX file with 00 00 (or 1f 8b, if it is gzip)"
/// );
/// ```
#[derive(Debug)]
pub struct Error {
    path: Option<PathBuf>,
    kind: Box<ErrorKind>,
}

/// What went wrong in reading or writing IDX.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The system, or the stream behind the reader or writer, failed; also a gzip stream that is damaged.
    #[error("{0}")]
    Io(io::Error),
    /// The first two bytes are those of something else.
    #[error(
        "no IDX file: begins with bytes {:02x} {:02x}, an IDX file with 00 00 (or 1f 8b, if it is gzip)", .found[0], .found[1]
    )]
    Magic {
        /// The first two bytes.
        found: [u8; 2],
    },
    /// The third byte names no element type.
    #[error(
        "unknown element type {code:#04x}: the format has 0x08 (u8), 0x09 (i8), 0x0b (i16), 0x0c (i32), 0x0d (f32) \
         and 0x0e (f64)"
    )]
    ElementType {
        /// The third byte.
        code: u8,
    },
    /// The data ends within the header.
    #[error("breaks off within the header, which takes {expected} bytes, found {found}")]
    TruncatedHeader {
        /// The size of the header, as far as it is known.
        expected: usize,
        /// The number of bytes there are.
        found: usize,
    },
    /// The header announces more than this machine can address.
    #[error("the header announces {shape:?} elements of type {element_type}, more than can be addressed")]
    TooLarge {
        /// The dimensions in the header.
        shape: Vec<usize>,
        /// The element type in the header.
        element_type: ElementType,
    },
    /// The header announces more than the caller's limit.
    #[error(
        "the header announces {shape:?} elements of type {element_type}, which takes {expected} bytes, more than the limit of {limit}"
    )]
    Limit {
        /// The dimensions in the header.
        shape: Vec<usize>,
        /// The element type in the header.
        element_type: ElementType,
        /// The number of bytes the elements take.
        expected: usize,
        /// The number of bytes they may take.
        limit: usize,
    },
    /// A gzip stream unpacks to more than 64 MiB and more than 64 times its own size.
    #[error(
        "unpacks from {packed} bytes of gzip to {unpacked} and more, as an attack would: if it is none, \
         Idx::open_at_most and Idx::read_at_most take a limit of one's own"
    )]
    Unpacked {
        /// The number of bytes that were unpacked.
        packed: usize,
        /// The number of bytes they gave.
        unpacked: usize,
    },
    /// There is less data than the header announces.
    #[error(
        "breaks off: the header announces {shape:?} elements of type {element_type}, which takes {expected} bytes, \
         found {found}"
    )]
    Truncated {
        /// The dimensions in the header.
        shape: Vec<usize>,
        /// The element type in the header.
        element_type: ElementType,
        /// The number of bytes the elements take.
        expected: usize,
        /// The number of bytes there are after the header.
        found: usize,
    },
    /// There is more data than the header announces.
    #[error(
        "goes on after its end: the header announces {shape:?} elements of type {element_type}, which takes \
         {expected} bytes, found more"
    )]
    Trailing {
        /// The dimensions in the header.
        shape: Vec<usize>,
        /// The element type in the header.
        element_type: ElementType,
        /// The number of bytes the elements take.
        expected: usize,
    },
    /// The elements do not fit in memory.
    #[error("out of memory after {held} elements of type {element_type}")]
    Memory {
        /// The number of elements that did fit.
        held: usize,
        /// The type of the elements.
        element_type: ElementType,
    },
    /// A gzip file, but the crate was built without its feature `gzip`.
    #[error(
        "is gzip, which takes the feature `gzip` of backprop-datasets (on by default); unpacked it would do"
    )]
    GzipDisabled,
    /// The elements were asked for as a type that they do not have.
    #[error(
        "the elements are of type {found}, not {asked}: ask for {found}, or convert with to_f32 or to_f64"
    )]
    Type {
        /// The type of the elements.
        found: ElementType,
        /// The type asked for.
        asked: ElementType,
    },
    /// A number of elements that the shape does not have.
    #[error(
        "shape {shape:?} does not have {found} elements: their number must be the product of the dimensions"
    )]
    Length {
        /// The dimensions.
        shape: Vec<usize>,
        /// The number of elements given.
        found: usize,
    },
    /// A shape that the header has no room for.
    #[error(
        "shape {shape:?} does not fit an IDX header: at most 255 dimensions, none above {}",
        u32::MAX
    )]
    Unrepresentable {
        /// The dimensions.
        shape: Vec<usize>,
    },
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The file it went wrong with, if it was one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The same error, with the file it concerns.
    pub(super) fn at(self, path: &Path) -> Self {
        Self {
            path: Some(path.to_path_buf()),
            ..self
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self {
            path: None,
            kind: Box::new(kind),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(formatter, "{}: ", path.display())?;
        }
        write!(formatter, "{}", self.kind)
    }
}

// No source: the message already tells the whole story, so a chain of causes would repeat it.
impl std::error::Error for Error {}
