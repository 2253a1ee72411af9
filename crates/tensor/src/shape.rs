//! Shapes, held inline: making, copying and comparing one never allocates.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The largest number of axes a tensor can have.
pub const MAX_RANK: usize = 8;

/// The lengths of a tensor's axes, outermost first; `[]` is a scalar.
///
/// A shape dereferences to `[usize]`, and its number of elements is known not to overflow.
#[derive(Clone, Copy, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<usize>", into = "Vec<usize>")]
pub struct Shape {
    rank: u8,
    /// Lengths beyond `rank` are 0, so that all of them can be compared.
    dims: [usize; MAX_RANK],
}

impl Shape {
    /// The shape of a scalar.
    pub const SCALAR: Self = Self {
        rank: 0,
        dims: [0; MAX_RANK],
    };

    /// One axis of length 0.
    pub(crate) const EMPTY: Self = Self {
        rank: 1,
        dims: [0; MAX_RANK],
    };

    /// A shape of these lengths.
    ///
    /// # Errors
    /// [`Error::Rank`] with more than [`MAX_RANK`] axes; [`Error::Size`] if the number of elements, zeros left
    /// out, times 16 bytes overflows `isize`.
    pub fn new(dims: impl AsRef<[usize]>) -> Result<Self> {
        Self::checked("shape", dims.as_ref())
    }

    pub(crate) fn checked(operation: &'static str, dims: &[usize]) -> Result<Self> {
        if dims.len() > MAX_RANK {
            return Err(Error::Rank {
                operation,
                rank: dims.len(),
            });
        }
        let mut shape = Self::SCALAR;
        shape.rank = dims.len() as u8;
        // The C library's copy of so few takes longer than these loops.
        for (to, &length) in shape.dims.iter_mut().zip(dims) {
            *to = length;
        }
        shape.check(operation)?;
        Ok(shape)
    }

    /// Whether the number of elements is small enough.
    #[inline]
    fn check(&self, operation: &'static str) -> Result<()> {
        // Lengths of 0 are left out: strides are products of the other lengths even in an empty tensor.
        let mut count = 16_usize;
        for &length in self.dims().iter().filter(|&&length| length > 0) {
            count = match count.checked_mul(length) {
                Some(count) if isize::try_from(count).is_ok() => count,
                _ => {
                    let shape = self.dims().into();
                    return Err(Error::Size { operation, shape });
                }
            };
        }
        Ok(())
    }

    /// The lengths of another shape, some of them merged, so that their product is known to be fine.
    pub(crate) fn merged(dims: [usize; MAX_RANK], rank: usize) -> Self {
        debug_assert!(rank <= MAX_RANK && dims[rank..].iter().all(|&length| length == 0));
        let rank = rank as u8;
        Self { rank, dims }
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        usize::from(self.rank)
    }

    /// The lengths of the axes.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank()]
    }

    /// The number of elements: the product of the lengths, 1 for a scalar.
    pub fn count(&self) -> usize {
        self.dims().iter().product()
    }

    /// The strides of a row-major tensor of this shape, in elements.
    pub(crate) fn row_major(&self) -> [isize; MAX_RANK] {
        let mut strides = [0; MAX_RANK];
        let mut stride = 1_isize;
        for (axis, &length) in self.dims().iter().enumerate().rev() {
            strides[axis] = stride;
            stride *= length.max(1) as isize;
        }
        strides
    }

    /// This shape with another length of `axis`.
    pub(crate) fn with(&self, operation: &'static str, axis: usize, length: usize) -> Result<Self> {
        let mut shape = *self;
        shape.dims[axis] = length;
        shape.check(operation)?;
        Ok(shape)
    }

    /// Adds an axis, for which there must be room, without more elements than a shape can have.
    pub(crate) fn push(&mut self, length: usize) {
        self.dims[self.rank()] = length;
        self.rank += 1;
    }

    /// Makes `axis` shorter.
    pub(crate) fn set(&mut self, axis: usize, length: usize) {
        debug_assert!(length <= self.dims[axis]);
        self.dims[axis] = length;
    }

    /// The axis as an index: negative ones count from the end.
    ///
    /// # Errors
    /// [`Error::Axis`] if the shape has no such axis.
    pub fn axis(&self, operation: &'static str, axis: isize) -> Result<usize> {
        let rank = self.rank() as isize;
        let index = if axis < 0 { axis.saturating_add(rank) } else { axis };
        if (0..rank).contains(&index) {
            return Ok(index as usize);
        }
        let expected = match rank {
            0 => "a scalar has no axes".into(),
            _ => format!("axes go from {} to {}", -rank, rank - 1).into(),
        };
        Err(Error::Axis {
            operation,
            axis,
            shape: self.dims().into(),
            expected,
        })
    }

    /// The shape both broadcast to, by NumPy's rule: aligned at the last axis, lengths are equal or one of them is 1.
    ///
    /// ```
    /// # use backprop_tensor::Shape;
    /// let shape = Shape::new([5, 1, 3])?.broadcast("example", &Shape::new([4, 1])?)?;
    /// assert_eq!(*shape, [5, 4, 3]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shapes`] if the lengths do not fit.
    pub fn broadcast(&self, operation: &'static str, other: &Self) -> Result<Self> {
        if self == other {
            return Ok(*self);
        }
        let rank = self.rank().max(other.rank());
        let mut dims = [0; MAX_RANK];
        for back in 1..=rank {
            let length = |shape: &Self| shape.rank().checked_sub(back).map_or(1, |axis| shape.dims[axis]);
            dims[rank - back] = match (length(self), length(other)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => {
                    let expected = "do not broadcast: from the last axis on, lengths must be equal or 1";
                    return Err(Error::shapes(operation, self, other, expected));
                }
            };
        }
        Self::checked(operation, &dims[..rank])
    }

    /// The shape without, or with length 1 at, the axes marked.
    pub(crate) fn reduced(&self, marked: &[bool; MAX_RANK], keep: bool) -> Self {
        let mut shape = Self::SCALAR;
        for (axis, &length) in self.dims().iter().enumerate() {
            if !marked[axis] || keep {
                shape.dims[shape.rank()] = if marked[axis] { 1 } else { length };
                shape.rank += 1;
            }
        }
        shape
    }
}

impl Deref for Shape {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        self.dims()
    }
}

impl AsRef<[usize]> for Shape {
    fn as_ref(&self) -> &[usize] {
        self.dims()
    }
}

/// Without a branch for each length: shapes are compared at every operation, and are nearly always equal.
impl PartialEq for Shape {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let pairs = self.dims.iter().zip(&other.dims);
        let difference = pairs.fold(0, |difference, (a, b)| difference | (a ^ b));
        self.rank == other.rank && difference == 0
    }
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.dims().hash(state);
    }
}

impl PartialEq<[usize]> for Shape {
    fn eq(&self, other: &[usize]) -> bool {
        self.dims() == other
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, other: &[usize; N]) -> bool {
        self.dims() == other
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dims().fmt(f)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}

impl TryFrom<Vec<usize>> for Shape {
    type Error = Error;

    fn try_from(dims: Vec<usize>) -> Result<Self> {
        Self::new(dims)
    }
}

impl From<Shape> for Vec<usize> {
    fn from(shape: Shape) -> Self {
        shape.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dims() -> impl Strategy<Value = Vec<usize>> {
        proptest::collection::vec(0..4_usize, 0..=MAX_RANK)
    }

    proptest! {
        #[test]
        fn broadcasting_commutes_and_absorbs(a in dims(), b in dims()) {
            let (a, b) = (Shape::new(a).unwrap(), Shape::new(b).unwrap());
            let ab = a.broadcast("test", &b).ok();
            prop_assert_eq!(ab, b.broadcast("test", &a).ok());
            if let Some(ab) = ab {
                prop_assert_eq!(ab.broadcast("test", &a).unwrap(), ab);
            }
        }

        #[test]
        fn any_lengths_give_a_shape_or_an_error(dims in proptest::collection::vec(any::<usize>(), 0..12)) {
            match Shape::new(&dims) {
                Ok(shape) => prop_assert_eq!(&*shape, &dims[..]),
                Err(Error::Rank { rank, .. }) => prop_assert!(rank > MAX_RANK),
                Err(Error::Size { .. }) => prop_assert!(dims.iter().any(|&length| length > 1 << 7)),
                Err(error) => prop_assert!(false, "{}", error),
            }
        }

        #[test]
        fn negative_axes_count_from_the_end(dims in dims(), axis in any::<isize>()) {
            let shape = Shape::new(dims).unwrap();
            let rank = shape.rank() as isize;
            match shape.axis("test", axis) {
                Ok(index) => prop_assert_eq!(index as isize, axis.rem_euclid(rank)),
                Err(_) => prop_assert!(axis >= rank || axis < -rank),
            }
        }
    }
}
