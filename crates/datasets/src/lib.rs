#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! * **Two levels.** [`TensorDataset`] holds its samples in two tensors; nothing can go wrong in a pass over it, so that
//!   [`batches`](TensorDataset::batches) gives batches, not results, and a training loop reads as it does in a book.
//!   [`Dataset`] is what a trainer asks of any source, where reading can fail: [`try_batches`](Dataset::try_batches)
//!   gives results. Both pass over the same samples in the same order for the same seed.
//! * **Randomness is handed in.** Whatever shuffles, splits or draws takes an [`Rng`](backprop_tensor::Rng): there is no
//!   global one, and the same seed gives the same data, batches and folds. A shuffle draws its whole order at once and
//!   lets go of the generator, which the loop's body can use; it takes one number of it, whatever the size of the data.
//!   Skipping batches costs nothing, so that a run resumes in the middle of an epoch.
//! * **Copies only where they must be.** Parts that lie together are views: batches in order, [`take`](TensorDataset::take),
//!   [`split_at`](TensorDataset::split_at). Shuffled batches and random splits gather rows. [`k_fold`](TensorDataset::k_fold)
//!   makes its pairs one by one. [`map`](Dataset::map) transforms each batch when it is asked for: MNIST as bytes takes a
//!   quarter of its memory as `f32`.
//! * **Augmentation is part of the pass.** An [augmented](Dataset::augment) data set changes its inputs where the pass is shuffled, by the
//!   generator that shuffled it, and nowhere else: trainings see something new in each epoch, evaluations the data.
//! * **No preprocessing behind one's back.** Data comes raw, but for pixels, which are scaled to 0 to 1. A scaler is fitted to
//!   training data, is plain data itself, and is saved with the model.
//! * **Errors, not panics.** Every function returns an [`Error`] that says what would have been right, whatever it is
//!   handed: a file that lies about its size, a fraction that is NaN, more samples than there is memory.

#![forbid(unsafe_code)]

mod augment;
mod batch;
mod batches;
mod dataset;
#[cfg(feature = "gzip")]
pub mod digits;
mod error;
pub mod idx;
pub mod iris;
mod map;
mod memory;
pub mod mnist;
pub mod split;
mod subset;
pub mod synthetic;
mod tensor_dataset;
mod transforms;

pub use augment::{Augment, Augmented, RandomShift};
pub use batch::Batch;
pub use batches::{Batches, TryBatches};
pub use dataset::Dataset;
pub use error::{Error, Result};
pub use map::Map;
pub use split::Folds;
pub use subset::Subset;
pub use tensor_dataset::TensorDataset;
pub use transforms::{MinMaxScaler, Pca, StandardScaler, scale_pixels};
