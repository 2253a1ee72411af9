//! The data inside the program.

use backprop_mnist::{CLASSES, IMAGE_HEIGHT, IMAGE_SIZE, IMAGE_WIDTH, Raw};
use backprop_tensor::Tensor;

use super::scaled;
use crate::{Result, TensorDataset};

/// Training and test data: inputs `[60000, 784]` and `[10000, 784]`, 0 for white to 1 for black, row by row from the
/// top, and the digits as targets.
///
/// It is unpacked at every call, in about a quarter of a second: keep the result.
///
/// # Errors
/// If there is no memory, or if the data inside the program is damaged.
pub fn load() -> Result<(TensorDataset, TensorDataset)> {
    scaled(load_bytes()?)
}

/// As [`load`], but as images for convolutions: inputs `[60000, 1, 28, 28]` and `[10000, 1, 28, 28]`.
///
/// # Errors
/// As [`load`].
pub fn load_images() -> Result<(TensorDataset, TensorDataset)> {
    let (train, test) = load()?;
    let image = [1, IMAGE_HEIGHT, IMAGE_WIDTH];
    Ok((train.reshape_inputs(image)?, test.reshape_inputs(image)?))
}

/// As [`load`], but as they were published: bytes, from 0 for white to 255 for black.
///
/// # Errors
/// As [`load`].
pub fn load_bytes() -> Result<(TensorDataset<u8>, TensorDataset<u8>)> {
    Ok((
        dataset(&backprop_mnist::train()?)?,
        dataset(&backprop_mnist::test()?)?,
    ))
}

fn dataset(raw: &Raw) -> Result<TensorDataset<u8>> {
    let inputs = Tensor::from_slice(&raw.images, [raw.len(), IMAGE_SIZE])?;
    let targets = Tensor::from_slice(&raw.labels, [raw.len()])?.cast()?;
    Ok(TensorDataset::new(inputs, targets)?.with_class_names(CLASSES))
}
