#![doc = include_str!("../README.md")]
//!
//! ## Design
//!
//! The data is a crate of its own because its license and its size are: who reads MNIST from files, or not at all,
//! need not carry it. [`train()`] and [`test()`] give bytes as they were published, in vectors, so this much needs no
//! other crate of the workspace.

#![forbid(unsafe_code)]

mod error;
mod unpack;

use std::fmt;

pub use error::{Error, Result};
use unpack::{Part, unpack_all};

/// Height of an image in pixels.
pub const IMAGE_HEIGHT: usize = 28;
/// Width of an image in pixels.
pub const IMAGE_WIDTH: usize = 28;
/// Number of pixels of an image, each a byte: 0 is the white of the paper, 255 the black of the ink.
pub const IMAGE_SIZE: usize = IMAGE_HEIGHT * IMAGE_WIDTH;
/// Number of training images.
pub const TRAIN_LEN: usize = 60_000;
/// Number of test images.
pub const TEST_LEN: usize = 10_000;
/// Names of the classes; a label is an index into them.
pub const CLASSES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
/// Mean of the training images' pixels, on the scale from 0 to 1.
pub const PIXEL_MEAN: f64 = 0.130_660_476_274_042_3;
/// Standard deviation of the training images' pixels, on the scale from 0 to 1.
pub const PIXEL_STD: f64 = 0.308_107_803_856_462_6;

/// Expands to a [`Part`] of the data: file, size of its header, size of the rest, checksum of both.
macro_rules! part {
    ($file:literal, $header:expr, $size:expr, $crc32:literal) => {
        Part {
            file: $file,
            packed: include_bytes!(concat!("../data/", $file)),
            header: $header,
            size: $size,
            crc32: $crc32,
        }
    };
}

// The header of an IDX file is 4 bytes and 4 for each dimension.
static TRAIN_IMAGES_1: Part<'_> = part!("train-images-1.lzma", 16, TRAIN_LEN / 2 * IMAGE_SIZE, 0x2c40_67c7);
static TRAIN_IMAGES_2: Part<'_> = part!("train-images-2.lzma", 0, TRAIN_LEN / 2 * IMAGE_SIZE, 0xd28d_8930);
static TRAIN_LABELS: Part<'_> = part!("train-labels.lzma", 8, TRAIN_LEN, 0xe0cb_4ad2);
static TEST_IMAGES: Part<'_> = part!("test-images.lzma", 16, TEST_LEN * IMAGE_SIZE, 0x9137_3bdf);
static TEST_LABELS: Part<'_> = part!("test-labels.lzma", 8, TEST_LEN, 0x4ab9_eff9);

/// Images with their labels, as bytes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Raw {
    /// The pixels, [`IMAGE_SIZE`] to an image, row by row from the top, each row from the left.
    pub images: Vec<u8>,
    /// The digits shown: as many as there are images, each from 0 to 9.
    pub labels: Vec<u8>,
}

impl Raw {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The pixels and the label of an image, or `None` if there are not so many.
    pub fn get(&self, index: usize) -> Option<(&[u8], u8)> {
        let start = index.checked_mul(IMAGE_SIZE)?;
        let image = self.images.get(start..start.checked_add(IMAGE_SIZE)?)?;
        Some((image, *self.labels.get(index)?))
    }

    /// The pixels and the label of every image.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], u8)> + '_ {
        self.images
            .chunks_exact(IMAGE_SIZE)
            .zip(self.labels.iter().copied())
    }
}

impl fmt::Debug for Raw {
    /// The sizes: nobody wants to read 47 million pixels.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Raw({} images of {IMAGE_HEIGHT}x{IMAGE_WIDTH})",
            self.len()
        )
    }
}

/// The [`TRAIN_LEN`] images to train on.
///
/// They are unpacked at every call, on two threads where the machine has them: keep the result.
///
/// # Errors
///
/// If the data inside the program is damaged.
pub fn train() -> Result<Raw> {
    let (mut images, mut labels) = (
        vec![0; TRAIN_IMAGES_1.size + TRAIN_IMAGES_2.size],
        vec![0; TRAIN_LABELS.size],
    );
    let (first, second) = images.split_at_mut(TRAIN_IMAGES_1.size);
    unpack_all(vec![
        (TRAIN_IMAGES_1, first),
        (TRAIN_IMAGES_2, second),
        (TRAIN_LABELS, &mut labels),
    ])?;
    Ok(Raw { images, labels })
}

/// The [`TEST_LEN`] images to test with, by other writers than the training images.
///
/// They are unpacked at every call: keep the result.
///
/// # Errors
///
/// If the data inside the program is damaged.
pub fn test() -> Result<Raw> {
    let (mut images, mut labels) = (vec![0; TEST_IMAGES.size], vec![0; TEST_LABELS.size]);
    unpack_all(vec![(TEST_IMAGES, &mut images), (TEST_LABELS, &mut labels)])?;
    Ok(Raw { images, labels })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checksum of an IDX file with this header and data.
    fn crc32(header: &[u8], data: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(header);
        hasher.update(data);
        hasher.finalize()
    }

    fn count_per_class(labels: &[u8]) -> Vec<usize> {
        (0..10)
            .map(|class| labels.iter().filter(|&&label| label == class).count())
            .collect()
    }

    /// Checksums of the published files as a whole, and the number of images per class that is known of MNIST.
    #[test]
    fn the_training_images_are_those_of_mnist() {
        let train = train().unwrap();
        let images = [0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28];
        assert_eq!(crc32(&images, &train.images), 0xe9f4_d8b3);
        assert_eq!(crc32(&[0, 0, 8, 1, 0, 0, 0xea, 0x60], &train.labels), 0xe0cb_4ad2);
        assert_eq!(
            count_per_class(&train.labels),
            [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
        );

        let mut histogram = [0_u64; 256];
        train
            .images
            .iter()
            .for_each(|&pixel| histogram[usize::from(pixel)] += 1);
        let moment = |power| {
            let sum: f64 = histogram
                .iter()
                .zip(0..)
                .map(|(&n, pixel)| n as f64 * f64::from(pixel).powi(power))
                .sum();
            sum / 255_f64.powi(power) / train.images.len() as f64
        };
        let mean = moment(1);
        assert!((mean - PIXEL_MEAN).abs() < 1e-12, "{mean}");
        let std = (moment(2) - mean * mean).sqrt();
        assert!((std - PIXEL_STD).abs() < 1e-12, "{std}");
    }

    #[test]
    fn the_test_images_are_those_of_mnist() {
        let test = test().unwrap();
        let images = [0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28];
        assert_eq!(crc32(&images, &test.images), 0x9137_3bdf);
        assert_eq!(crc32(&[0, 0, 8, 1, 0, 0, 0x27, 0x10], &test.labels), 0x4ab9_eff9);
        assert_eq!(
            count_per_class(&test.labels),
            [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
        );
        assert_eq!(format!("{test:?}"), "Raw(10000 images of 28x28)");
    }

    #[test]
    fn get_and_iter_agree() {
        let test = test().unwrap();
        assert_eq!(test.iter().len(), TEST_LEN);
        assert!(
            test.iter()
                .enumerate()
                .all(|(index, pair)| test.get(index) == Some(pair))
        );
        assert_eq!(test.get(TEST_LEN), None);
        assert_eq!(test.get(usize::MAX), None);
        assert_eq!(test.get(usize::MAX / IMAGE_SIZE), None);
    }

    /// The limit of the registry is 10 MB for the packed crate, and compressed data is packed at its own size.
    #[test]
    fn the_data_leaves_room_under_the_registrys_limit() {
        let parts = [
            TRAIN_IMAGES_1,
            TRAIN_IMAGES_2,
            TRAIN_LABELS,
            TEST_IMAGES,
            TEST_LABELS,
        ];
        let size: usize = parts.iter().map(|part| part.packed.len()).sum();
        assert!(size < 9_400_000, "{size}");
    }
}
