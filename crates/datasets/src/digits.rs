//! Handwritten digits of 8 &times; 8 pixels: 1797 of them, small enough to train on in a second.
//!
//! ```
//! use backprop_datasets::digits;
//!
//! let data = digits::load()?;
//! assert_eq!(data.inputs().shape(), &[1797, 64]);
//! let images = data.reshape_inputs([1, 8, 8])?; // for convolutions
//! assert_eq!(images.inputs().shape(), &[1797, 1, 8, 8]);
//! # Ok::<(), backprop_datasets::Error>(())
//! ```
//!
//! They are the test set of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (1998), from the UCI
//! Machine Learning Repository, as scikit-learn's `load_digits` has it: bitmaps of 32 &times; 32 in blocks of 4 &times;
//! 4, in each of which the black pixels are counted. License: CC BY 4.0, see `DATA-LICENSE`.
//!
//! The data is two IDX files in gzip, so it takes this crate's feature `gzip`, which is on by default.

use crate::{Result, TensorDataset, idx::Idx};

/// Names of the classes; a label is an index into them.
pub const CLASSES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The digits: inputs `[1797, 64]`, 0 for white to 1 for black in steps of 1/16, and targets `[1797]`.
///
/// # Errors
/// If there is no memory, or if the data inside the program is damaged.
pub fn load() -> Result<TensorDataset> {
    load_bytes()?.map_inputs(|counts| counts.map(|count| f32::from(count) / 16.0))
}

/// The digits as they were published: inputs `[1797, 64]` from 0 to 16.
///
/// # Errors
/// As [`load`].
pub fn load_bytes() -> Result<TensorDataset<u8>> {
    let images = Idx::from_bytes(include_bytes!("../data/digits-images.idx3-ubyte.gz"))?.to_tensor()?;
    let labels = Idx::from_bytes(include_bytes!("../data/digits-labels.idx1-ubyte.gz"))?.to_tensor()?;
    TensorDataset::new(images.flatten(1, 2)?, labels).map(|data| data.with_class_names(CLASSES))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CRC-32 as in gzip, bit by bit.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
            })
        })
    }

    /// Checksums of scikit-learn's `load_digits()`, pixels and labels as bytes, and its number of images per class.
    #[test]
    fn the_digits_are_the_known_ones() {
        let data = load_bytes().unwrap();
        let pixels = data.inputs().to_vec();
        assert_eq!(pixels.iter().map(|&pixel| u32::from(pixel)).sum::<u32>(), 561_718);
        assert_eq!(crc32(&pixels), 4_087_501_628);
        let labels: Vec<u8> = data.targets().to_vec().iter().map(|&label| label as u8).collect();
        assert_eq!(crc32(&labels), 4_168_075_561);
        let count = |class| labels.iter().filter(|&&label| label == class).count();
        let counts: Vec<_> = (0..10).map(count).collect();
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    }

    #[test]
    fn scaled_digits_go_from_0_to_1() {
        let (bytes, data) = (load_bytes().unwrap(), load().unwrap());
        let (bytes, pixels) = (bytes.inputs().to_vec(), data.inputs().to_vec());
        assert!(
            bytes
                .iter()
                .zip(&pixels)
                .all(|(&byte, &pixel)| pixel * 16.0 == f32::from(byte))
        );
        assert!(pixels.contains(&1.0));
    }
}
