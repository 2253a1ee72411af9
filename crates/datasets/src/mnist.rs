//! MNIST: 60,000 handwritten digits to train on and 10,000 to test with, of 28 &times; 28 pixels.
//!
//! With the feature `mnist` the data is inside the program (the crate `backprop-mnist`, some 9 MB under CC BY-SA 3.0)
//! and `load` gives it at once:
//!
#![cfg_attr(feature = "mnist", doc = "```")]
#![cfg_attr(not(feature = "mnist"), doc = "```ignore")]
//! use backprop_datasets::mnist;
//!
//! let (train, test) = mnist::load()?;
//! assert_eq!(train.inputs().shape(), &[60_000, 784]);
//! assert_eq!(test.inputs().shape(), &[10_000, 784]);
//! # Ok::<(), backprop_datasets::Error>(())
//! ```
//!
//! [`from_files`] reads the same from the four IDX files, and so everything that is published in that form:
//! Fashion-MNIST, KMNIST, EMNIST. Of files that nobody has looked at, [`from_files_at_most`] bounds the memory they take.
//!
//! As `f32` the training images take 188 MB, as bytes 47. Where that matters, keep the bytes and scale each batch as
//! it is asked for:
//!
#![cfg_attr(feature = "mnist", doc = "```")]
#![cfg_attr(not(feature = "mnist"), doc = "```ignore")]
//! use backprop_datasets::{Dataset, mnist, scale_pixels};
//!
//! let (train, _) = mnist::load_bytes()?;
//! let train = train.map(|batch| batch.map_inputs(scale_pixels));
//! for batch in train.try_batches(64).take(1) {
//!     assert_eq!(batch?.inputs.shape(), &[64, 784]);
//! }
//! # Ok::<(), backprop_datasets::Error>(())
//! ```

#[cfg(feature = "mnist")]
mod embedded;
mod files;

#[cfg(feature = "mnist")]
pub use embedded::{load, load_bytes, load_images};
pub use files::{bytes_from_files, bytes_from_files_at_most, from_files, from_files_at_most};

use crate::{Result, TensorDataset, scale_pixels};

/// Pixels from 0 to 1 instead of bytes.
fn scaled((train, test): (TensorDataset<u8>, TensorDataset<u8>)) -> Result<(TensorDataset, TensorDataset)> {
    Ok((train.map_inputs(scale_pixels)?, test.map_inputs(scale_pixels)?))
}
