use backprop_tensor::{Element, Error, Rng, Tensor};

use super::Augment;
use crate::{Result, memory};

/// Moves each image by a random number of pixels along both axes, each from `-most` to `most` with the same probability; where it came from is left
/// zero.
///
/// The images are in inputs `[n, ...]` of any shape that holds `height × width` pixels, or several such planes (channels), which move together.
///
/// ```
/// use backprop_datasets::{Dataset, RandomShift, digits};
/// use backprop_tensor::Rng;
///
/// let data = digits::load()?.augment(RandomShift::new([8, 8], 1));
/// let mut rng = Rng::seed(0);
/// for epoch in 0..2 {
///     for batch in data.try_batches(64).shuffle(&mut rng) {
///         assert_eq!(batch?.inputs.shape()[1], 64); // moved, and each time another way
///     }
/// }
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomShift {
    shape: [usize; 2],
    most: usize,
}

impl RandomShift {
    /// Images of this height and width, moved by up to `most` pixels.
    pub fn new(shape: [usize; 2], most: usize) -> Self {
        Self { shape, most }
    }

    /// From `-most` to `most`, beyond what makes a difference to an axis of this length not at all.
    fn draw(&self, length: usize, rng: &mut Rng) -> isize {
        let most = self.most.min(length);
        rng.below(2 * most + 1) as isize - most as isize
    }
}

impl<X: Element> Augment<X> for RandomShift {
    fn augment(&self, inputs: &Tensor<X>, rng: &mut Rng) -> Result<Tensor<X>> {
        let [height, width] = self.shape;
        let samples = inputs.shape().first().copied().unwrap_or(0);
        let pixels = height.saturating_mul(width);
        let of_sample = inputs.count().checked_div(samples).unwrap_or(0);
        if inputs.rank() == 0 || pixels == 0 || !of_sample.is_multiple_of(pixels) {
            let expected = format!("must hold images of {height} x {width} pixels, along the first axis");
            return Err(Error::shape("random_shift", inputs.shape(), expected).into());
        }
        let source = inputs.contiguous()?;
        let source = source.as_slice().unwrap_or(&[]);
        let mut moved = memory::vector(source.len())?;
        moved.resize(source.len(), X::default());
        if of_sample > 0 {
            for (from, to) in source.chunks(of_sample).zip(moved.chunks_mut(of_sample)) {
                let by = [self.draw(height, rng), self.draw(width, rng)];
                for (from, to) in from.chunks(pixels).zip(to.chunks_mut(pixels)) {
                    shift(from, to, self.shape, by);
                }
            }
        }
        Ok(Tensor::from_slice(&moved, inputs.shape())?)
    }
}

/// Copies an image, moved, into one that is zero; no shift is longer than its axis.
fn shift<X: Copy>(from: &[X], to: &mut [X], [height, width]: [usize; 2], [down, right]: [isize; 2]) {
    let (columns, into) = overlap(width, right);
    let (rows, first) = overlap(height, down);
    for (row, target) in rows.zip(first..) {
        let (row, target) = (row * width, target * width + into);
        let part = &from[row + columns.start..row + columns.end];
        to[target..target + part.len()].copy_from_slice(part);
    }
}

/// What of an axis is still there after a shift, and the place where it then begins.
fn overlap(length: usize, by: isize) -> (std::ops::Range<usize>, usize) {
    let distance = by.unsigned_abs().min(length);
    match by > 0 {
        true => (0..length - distance, distance),
        false => (distance..length, 0),
    }
}
