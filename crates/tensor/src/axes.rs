//! Which axes an operation reduces: anything that can be said as `0`, `-1`, `[0, 2]`, `..` or `keep([0, 2])`.

use std::ops::RangeFull;

use crate::{Error, MAX_RANK, Result, Shape};

/// What names axes to reduce: an `isize` (negative from the end), an array, slice or `Vec` of them, `..` for all,
/// and [`keep`] of any of these, which leaves the reduced axes with length 1.
///
/// No axes at all (`[]`) reduce nothing; an axis named twice is an error.
///
/// ```
/// use backprop_tensor::{Tensor, keep};
///
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(x.sum(0)?, Tensor::from([4.0, 6.0]));
/// assert_eq!(x.sum(keep(-1))?, Tensor::from([[3.0], [7.0]]));
/// assert_eq!(x.sum([0, 1])?, x.sum(..)?);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub trait Axes {
    /// These axes of tensors of this shape.
    ///
    /// # Errors
    /// [`Error::Axis`] if the shape has no such axis, or one is named twice.
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet>;
}

/// Axes of tensors of one rank: what [`Axes::resolve`] makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AxisSet {
    marked: [bool; MAX_RANK],
    rank: usize,
    keep: bool,
}

impl AxisSet {
    /// No axes of this shape.
    fn empty(shape: &Shape) -> Self {
        Self {
            marked: [false; MAX_RANK],
            rank: shape.rank(),
            keep: false,
        }
    }

    /// The axes of this shape of which `f` is true.
    pub(crate) fn of(shape: &Shape, f: impl Fn(usize) -> bool) -> Self {
        let mut axes = Self::empty(shape);
        for axis in 0..axes.rank {
            axes.marked[axis] = f(axis);
        }
        axes
    }

    /// The same axes, which stay with length 1.
    #[must_use]
    pub fn keep(self) -> Self {
        Self { keep: true, ..self }
    }

    /// Whether the axis is one of them.
    pub fn contains(&self, axis: usize) -> bool {
        self.marked.get(axis).is_some_and(|&marked| marked)
    }

    /// The shape that a reduction of these axes leaves: without them, or with length 1 there if they are kept.
    pub fn reduce(&self, shape: &Shape) -> Shape {
        shape.reduced(&self.marked, self.keep)
    }

    /// The shape with length 1 at these axes, which broadcasts back to `shape`.
    pub fn reduce_keeping(&self, shape: &Shape) -> Shape {
        shape.reduced(&self.marked, true)
    }

    /// All axes in the order that has these last, for [`permute`](crate::Tensor::permute).
    ///
    /// ```
    /// use backprop_tensor::{Axes, Shape};
    ///
    /// let shape = Shape::new([2, 3, 4])?;
    /// assert_eq!([0, 1].resolve("example", &shape)?.last(&shape), [2, 0, 1]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn last(&self, shape: &Shape) -> Vec<isize> {
        let axes = |marked| (0..shape.rank()).filter(move |&axis| self.contains(axis) == marked);
        axes(false).chain(axes(true)).map(|axis| axis as isize).collect()
    }

    /// How many elements are reduced to one.
    pub fn count(&self, shape: &Shape) -> usize {
        let lengths = shape.iter().zip(self.marked);
        lengths
            .filter(|(_, marked)| *marked)
            .map(|(&length, _)| length)
            .product()
    }
}

/// The axes again, of tensors of the same rank.
impl Axes for AxisSet {
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        if shape.rank() == self.rank {
            return Ok(*self);
        }
        let expected = format!("the axes are those of tensors of rank {}", self.rank);
        Err(Error::shape(operation, shape, expected))
    }
}

impl Axes for isize {
    #[inline]
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        [*self][..].resolve(operation, shape)
    }
}

impl Axes for [isize] {
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        let mut axes = AxisSet::empty(shape);
        for &axis in self {
            let index = shape.axis(operation, axis)?;
            if std::mem::replace(&mut axes.marked[index], true) {
                return Err(Error::Axis {
                    operation,
                    axis,
                    shape: shape.dims().into(),
                    expected: "is named twice".into(),
                });
            }
        }
        Ok(axes)
    }
}

impl<const N: usize> Axes for [isize; N] {
    #[inline]
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        self[..].resolve(operation, shape)
    }
}

impl Axes for Vec<isize> {
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        self[..].resolve(operation, shape)
    }
}

impl Axes for RangeFull {
    fn resolve(&self, _operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        Ok(AxisSet::of(shape, |_| true))
    }
}

impl<A: Axes + ?Sized> Axes for &A {
    #[inline]
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        (**self).resolve(operation, shape)
    }
}

/// Axes that stay, with length 1: made by [`keep`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Keep<A>(A);

/// The same axes, but the result has length 1 there instead of losing them, so that it broadcasts with what was reduced.
///
/// ```
/// use backprop_tensor::{Tensor, keep};
///
/// let x = Tensor::from([[1.0, 3.0], [5.0, 9.0]]);
/// let centered = &x - &x.mean(keep(-1))?;
/// assert_eq!(centered, Tensor::from([[-1.0, 1.0], [-2.0, 2.0]]));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn keep<A: Axes>(axes: A) -> Keep<A> {
    Keep(axes)
}

impl<A: Axes> Axes for Keep<A> {
    fn resolve(&self, operation: &'static str, shape: &Shape) -> Result<AxisSet> {
        Ok(self.0.resolve(operation, shape)?.keep())
    }
}
