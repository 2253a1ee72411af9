//! The four IDX files of a directory.

use std::path::{Path, PathBuf};

use backprop_tensor::{self as tensor, Tensor};

use super::scaled;
use crate::{Error, Result, TensorDataset, idx::Idx};

/// Reads training and test data from the four IDX files in `directory`, plain or gzip: inputs `[n, pixels]` from 0 to
/// 1, row by row from the top, and the labels as targets.
///
/// The files are named as they were published, `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, also with `.idx3` or `.idx1` for the second hyphen, and with
/// `.gz` at the end. Images may have any size. The classes have no names: the digits' are not those of Fashion-MNIST.
///
/// # Errors
/// If a file is missing or is none of these kinds, if there are not as many labels as images, if gzip unpacks to much more than it takes
/// (see [`Idx::read`]), or if there is no memory. The message names the file.
///
/// ```no_run
/// use backprop_datasets::mnist;
///
/// let (train, test) = mnist::from_files("data/fashion-mnist")?;
/// let train = train.with_class_names([
///     "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
/// ]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn from_files(directory: impl AsRef<Path>) -> Result<(TensorDataset, TensorDataset)> {
    scaled(bytes_from_files(directory)?)
}

/// As [`from_files`], if the elements of each file take no more than `limit` bytes by its header, one byte a pixel: see [`Idx::read_at_most`].
///
/// # Errors
/// As [`from_files`], and [`ErrorKind::Limit`](crate::idx::ErrorKind::Limit) before anything else of such a file is read.
///
/// ```no_run
/// use backprop_datasets::mnist;
///
/// // Images of the size of MNIST's, 60,000 at most.
/// let (train, test) = mnist::from_files_at_most("data/unknown", 60_000 * 28 * 28)?;
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn from_files_at_most(
    directory: impl AsRef<Path>,
    limit: usize,
) -> Result<(TensorDataset, TensorDataset)> {
    scaled(bytes_from_files_at_most(directory, limit)?)
}

/// As [`from_files`], but the pixels as they stand in the files: bytes, from 0 to 255.
///
/// # Errors
/// As [`from_files`].
pub fn bytes_from_files(directory: impl AsRef<Path>) -> Result<(TensorDataset<u8>, TensorDataset<u8>)> {
    both(directory.as_ref(), None)
}

/// As [`bytes_from_files`], with the limit of [`from_files_at_most`].
///
/// # Errors
/// As [`from_files_at_most`].
pub fn bytes_from_files_at_most(
    directory: impl AsRef<Path>,
    limit: usize,
) -> Result<(TensorDataset<u8>, TensorDataset<u8>)> {
    both(directory.as_ref(), Some(limit))
}

fn both(directory: &Path, limit: Option<usize>) -> Result<(TensorDataset<u8>, TensorDataset<u8>)> {
    Ok((
        dataset(directory, "train", limit)?,
        dataset(directory, "t10k", limit)?,
    ))
}

fn dataset(directory: &Path, part: &str, limit: Option<usize>) -> Result<TensorDataset<u8>> {
    let images = read(directory, &format!("{part}-images"), 3, limit)?;
    let [count, height, width] = images.shape()[..] else {
        return Err(tensor::Error::shape("images", images.shape(), "needs three axes").into());
    };
    let targets = read(directory, &format!("{part}-labels"), 1, limit)?.cast()?;
    // A file with many images of no pixels has any number of them.
    let inputs = images.reshape([count, height.saturating_mul(width)])?;
    TensorDataset::new(inputs, targets)
}

/// Reads the file of this name, an array of bytes with `rank` axes.
fn read(directory: &Path, name: &str, rank: usize, limit: Option<usize>) -> Result<Tensor<u8>> {
    let path = find(directory, name, rank)?;
    let array = match limit {
        None => Idx::open(&path),
        Some(limit) => Idx::open_at_most(&path, limit),
    }?;
    let wrong = |what: String| Error::other(format!("{}: {what}", path.display()));
    if array.shape().len() != rank {
        let found = array.shape().len();
        return Err(wrong(format!(
            "holds an array of {found} axes, needs one of {rank}"
        )));
    }
    let elements = array.as_slice::<u8>().map_err(|error| wrong(error.to_string()))?;
    Ok(Tensor::from_slice(elements, array.shape())?)
}

/// The first of the names in use that the directory has.
fn find(directory: &Path, name: &str, rank: usize) -> Result<PathBuf> {
    let names: Vec<String> = ["-", "."]
        .iter()
        .flat_map(|separator| ["", ".gz"].map(|end| format!("{name}{separator}idx{rank}-ubyte{end}")))
        .collect();
    match names
        .iter()
        .map(|name| directory.join(name))
        .find(|path| path.is_file())
    {
        Some(path) => Ok(path),
        None => Err(Error::Missing {
            directory: directory.to_path_buf(),
            names,
        }),
    }
}
