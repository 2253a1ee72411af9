//! The IDX file format, in which MNIST and its relatives (Fashion-MNIST, EMNIST, KMNIST, QMNIST) are published.
//!
//! An IDX file is one array: a header, then the elements in row-major order, all of it big-endian.
//!
//! | bytes          | meaning                                                                                  |
//! |----------------|------------------------------------------------------------------------------------------|
//! | 2              | zero                                                                                     |
//! | 1              | element type: `08` u8, `09` i8, `0B` i16, `0C` i32, `0D` f32, `0E` f64                   |
//! | 1              | rank: the number of dimensions, 0 to 255                                                 |
//! | 4 &times; rank | the dimensions, as u32                                                                   |
//! | the rest       | the elements, as many as the product of the dimensions, and nothing after them           |
//!
//! (Source: Yann LeCun's page on MNIST, "the IDX file format".)
//!
//! [`Idx`] holds such an array as a shape and typed [`Elements`], in the machine's byte order. It is read from
//! bytes, from any [`Read`](std::io::Read) or from a file, plain or gzip alike: the first two bytes tell the two
//! apart, so the name of the file does not matter.
//!
//! A header may claim anything, so it is never believed: sizes are computed with overflow checks, memory grows with
//! the data that really arrives, and data that is shorter or longer than the header says is an error. What a little gzip may unpack to has a
//! [limit](Idx::read), and callers may [set theirs](Idx::read_at_most).
//!
//! ```
//! use backprop_datasets::idx::Idx;
//!
//! let image = Idx::new([2, 3], vec![0_u8, 1, 2, 3, 4, 5])?;
//! let bytes = image.to_bytes();
//! assert_eq!(bytes, [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 2, 3, 4, 5]);
//!
//! let read = Idx::from_bytes(&bytes)?;
//! assert_eq!(read.shape(), [2, 3]);
//! assert_eq!(read.as_slice::<u8>()?, [0, 1, 2, 3, 4, 5]);
//!
//! let error = Idx::from_bytes(&bytes[..15]).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "breaks off: the header announces [2, 3] elements of type u8, which takes 6 bytes, found 3"
//! );
//! # Ok::<(), backprop_datasets::idx::Error>(())
//! ```

mod elements;
mod error;
#[cfg(feature = "gzip")]
mod gzip;
mod read;
mod tensor;
#[cfg(test)]
mod tests;
mod write;

pub use elements::{Element, ElementType, Elements};
pub use error::{Error, ErrorKind, Result};

/// What a gzip stream begins with. No IDX file does: its first byte is zero.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How many bytes of elements are read or written at once. A multiple of every element's size.
const CHUNK: usize = 64 * 1024;

/// An array as an IDX file holds it: a shape, and as many elements, in row-major order.
///
/// See the [module](self) for the format.
#[derive(Debug, Clone, PartialEq)]
pub struct Idx {
    shape: Vec<usize>,
    elements: Elements,
}

impl Idx {
    /// An array of `shape` with the given elements, in row-major order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Length`] if the number of elements is not the product of the dimensions, and
    /// [`ErrorKind::Unrepresentable`] if the format has no room for the shape: more than 255 dimensions, or one
    /// above `u32::MAX`.
    pub fn new(shape: impl Into<Vec<usize>>, elements: impl Into<Elements>) -> Result<Self> {
        let (shape, elements) = (shape.into(), elements.into());
        if u8::try_from(shape.len()).is_err() || shape.iter().any(|&length| u32::try_from(length).is_err()) {
            return Err(ErrorKind::Unrepresentable { shape }.into());
        }
        if element_count(&shape) != Some(elements.len()) {
            return Err(ErrorKind::Length {
                shape,
                found: elements.len(),
            }
            .into());
        }
        Ok(Self { shape, elements })
    }

    /// The dimensions, outermost first. Empty for a single value.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The type of the elements.
    pub fn element_type(&self) -> ElementType {
        self.elements.element_type()
    }

    /// The elements, in row-major order.
    pub fn elements(&self) -> &Elements {
        &self.elements
    }

    /// The elements as a slice of `T`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if they are of another type. [`to_f32`](Self::to_f32) converts from any.
    pub fn as_slice<T: Element>(&self) -> Result<&[T]> {
        T::borrow(&self.elements).ok_or_else(|| {
            ErrorKind::Type {
                found: self.element_type(),
                asked: T::TYPE,
            }
            .into()
        })
    }

    /// Shape and elements, by value.
    pub fn into_parts(self) -> (Vec<usize>, Elements) {
        (self.shape, self.elements)
    }

    /// Every element converted to f32, rounded to the nearest where f32 has no such number.
    ///
    /// ```
    /// use backprop_datasets::idx::Idx;
    ///
    /// let array = Idx::new([3], vec![-1_i16, 0, 300])?;
    /// assert_eq!(array.to_f32(), [-1.0, 0.0, 300.0]);
    /// # Ok::<(), backprop_datasets::idx::Error>(())
    /// ```
    pub fn to_f32(&self) -> Vec<f32> {
        self.elements.to_f32()
    }

    /// Every element converted to f64, which holds them all exactly.
    pub fn to_f64(&self) -> Vec<f64> {
        self.elements.to_f64()
    }
}

/// The product of the dimensions, or `None` where it overflows. A dimension of zero makes it zero, whatever the others.
fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1_usize, |count, &length| count.checked_mul(length))
}
