//! Where the elements of a view lie in its storage: shape, strides and offset.

use crate::{Error, MAX_RANK, Result, Shape};

/// A view of a storage: element `[i, j, ...]` lies at `offset + i * strides[0] + j * strides[1] + ...`.
///
/// Invariant: every element of the shape lies inside the storage the layout belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    shape: Shape,
    strides: [isize; MAX_RANK],
    offset: usize,
}

impl Layout {
    pub(crate) const SCALAR: Self = Self {
        shape: Shape::SCALAR,
        strides: [0; MAX_RANK],
        offset: 0,
    };

    pub(crate) fn row_major(shape: Shape) -> Self {
        Self {
            shape,
            strides: shape.row_major(),
            offset: 0,
        }
    }

    /// A layout known to lie inside its storage.
    pub(crate) fn strided(shape: Shape, strides: [isize; MAX_RANK], offset: usize) -> Self {
        Self {
            shape,
            strides,
            offset,
        }
    }

    /// The shape of the view.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Distance in elements between neighbors along each axis; 0 where an axis is broadcast, negative where flipped.
    pub fn strides(&self) -> &[isize] {
        &self.strides[..self.shape.rank()]
    }

    /// Position of the first element.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Whether the elements lie one after another in row-major order.
    pub fn is_contiguous(&self) -> bool {
        let mut stride = 1_isize;
        for (&length, &actual) in self.shape.iter().zip(self.strides()).rev() {
            if length != 1 && actual != stride {
                return self.shape.count() == 0;
            }
            stride *= length.max(1) as isize;
        }
        true
    }

    /// The length of the row that the elements, in row-major order, repeat again and again, if they lie in such a row:
    /// all of them if they are contiguous, 1 for a scalar that was broadcast.
    pub(crate) fn period(&self) -> Option<usize> {
        let mut axes = self.shape.iter().zip(self.strides()).rev().peekable();
        let mut row = 1_usize;
        while let Some((&length, _)) =
            axes.next_if(|&(&length, &stride)| length == 1 || stride == row as isize)
        {
            row *= length;
        }
        axes.all(|(&length, &stride)| length == 1 || stride == 0)
            .then_some(row)
    }

    /// The number of elements that are there: of a broadcast axis, one.
    pub(crate) fn distinct(&self) -> usize {
        let axes = self.shape.iter().zip(self.strides());
        axes.map(|(&length, &stride)| if stride == 0 { length.min(1) } else { length })
            .product()
    }

    /// Where the element at `index` lies.
    pub(crate) fn position(&self, operation: &'static str, index: &[usize]) -> Result<usize> {
        if index.len() != self.shape.rank() {
            let expected = format!("needs {} indices, got {index:?}", self.shape.rank());
            return Err(Error::shape(operation, &self.shape, expected));
        }
        let mut position = self.offset as isize;
        for ((&index, &length), &stride) in index.iter().zip(self.shape.iter()).zip(self.strides()) {
            if index >= length {
                return Err(Error::Index {
                    operation,
                    index: i64::try_from(index).unwrap_or(i64::MAX),
                    length,
                });
            }
            position += index as isize * stride;
        }
        Ok(position as usize)
    }

    pub(crate) fn permute(&self, operation: &'static str, axes: &[isize]) -> Result<Self> {
        if axes.len() != self.shape.rank() {
            let expected = format!("needs {} axes, got {axes:?}", self.shape.rank());
            return Err(Error::shape(operation, &self.shape, expected));
        }
        let mut seen = [false; MAX_RANK];
        let (mut dims, mut strides) = ([0; MAX_RANK], [0; MAX_RANK]);
        for (to, &axis) in axes.iter().enumerate() {
            let from = self.shape.axis(operation, axis)?;
            if std::mem::replace(&mut seen[from], true) {
                let expected = "each axis must be named once".into();
                return Err(Error::Axis {
                    operation,
                    axis,
                    shape: self.shape.dims().into(),
                    expected,
                });
            }
            dims[to] = self.shape[from];
            strides[to] = self.strides[from];
        }
        let shape = Shape::checked(operation, &dims[..axes.len()])?;
        Ok(Self {
            shape,
            strides,
            offset: self.offset,
        })
    }

    /// Every `step`-th element of `axis` from `start` up to `end`, from the last one back with a negative step.
    pub(crate) fn slice(
        &self,
        operation: &'static str,
        axis: usize,
        start: usize,
        end: usize,
        step: isize,
    ) -> Result<Self> {
        let length = self.shape[axis];
        if start > end || end > length {
            let expected = format!("needs start <= end <= {length}");
            return Err(Error::argument(
                operation,
                "range",
                format!("{start}..{end}"),
                expected,
            ));
        }
        if step == 0 {
            return Err(Error::argument(operation, "step", 0, "needs a step other than 0"));
        }
        let count = (end - start).div_ceil(step.unsigned_abs());
        let mut dims = self.shape;
        let mut layout = *self;
        if count > 0 {
            let first = if step > 0 { start } else { end - 1 };
            layout.offset = self
                .offset
                .wrapping_add_signed(self.strides[axis].wrapping_mul(first as isize));
            if count > 1 {
                layout.strides[axis] *= step;
            }
        }
        dims.set(axis, count);
        layout.shape = dims;
        Ok(layout)
    }

    pub(crate) fn broadcast(&self, operation: &'static str, shape: &Shape) -> Result<Self> {
        if self.shape == *shape {
            return Ok(*self);
        }
        let fits = self.shape.rank() <= shape.rank()
            && self
                .shape
                .iter()
                .rev()
                .zip(shape.iter().rev())
                .all(|(&from, &to)| from == to || from == 1);
        if !fits {
            let expected = "do not broadcast: from the last axis on, a length must stay or grow from 1";
            return Err(Error::shapes(operation, &self.shape, shape, expected));
        }
        let added = shape.rank() - self.shape.rank();
        let mut strides = [0; MAX_RANK];
        for axis in 0..self.shape.rank() {
            let same = self.shape[axis] == shape[axis + added];
            strides[axis + added] = if same { self.strides[axis] } else { 0 };
        }
        Ok(Self {
            shape: *shape,
            strides,
            offset: self.offset,
        })
    }

    /// The layout of the same elements in another shape of as many, if it exists without a copy.
    pub(crate) fn reshape(&self, shape: &Shape) -> Option<Self> {
        debug_assert_eq!(self.shape.count(), shape.count());
        if self.is_contiguous() {
            return Some(Self {
                shape: *shape,
                strides: shape.row_major(),
                offset: self.offset,
            });
        }
        // Runs of old axes whose elements are evenly spaced are divided among runs of new axes of the same size.
        let old = || {
            self.shape
                .iter()
                .copied()
                .zip(self.strides().iter().copied())
                .filter(|&(length, _)| length != 1)
        };
        let (mut old, mut strides) = (old().rev(), [0; MAX_RANK]);
        let (mut axis, mut left, mut stride) = (shape.rank(), 1_usize, 0_isize);
        while axis > 0 {
            axis -= 1;
            let length = shape[axis];
            if length == 1 {
                continue;
            }
            // `left` elements, `stride` apart, remain of the current run; more are taken in while they continue it.
            while left % length != 0 || left == 1 {
                let (more, step) = old.next()?;
                if left == 1 {
                    (left, stride) = (more, step);
                } else if step == stride.checked_mul(left as isize)? {
                    left *= more;
                } else {
                    return None;
                }
            }
            strides[axis] = stride;
            stride = stride.checked_mul(length as isize)?;
            left /= length;
        }
        Some(Self {
            shape: *shape,
            strides,
            offset: self.offset,
        })
    }

    pub(crate) fn insert_axis(&self, operation: &'static str, axis: usize) -> Result<Self> {
        let rank = self.shape.rank();
        let mut dims = [1; MAX_RANK + 1];
        dims[..axis].copy_from_slice(&self.shape[..axis]);
        dims[axis + 1..=rank].copy_from_slice(&self.shape[axis..]);
        let shape = Shape::checked(operation, &dims[..=rank])?;
        let mut strides = [0; MAX_RANK];
        strides[..axis].copy_from_slice(&self.strides[..axis]);
        strides[axis + 1..=rank].copy_from_slice(&self.strides[axis..rank]);
        Ok(Self {
            shape,
            strides,
            offset: self.offset,
        })
    }

    /// The corner of this shape, no longer than this one along the axes other than `axis`, which stands still.
    pub(crate) fn corner(&self, operation: &'static str, shape: &Shape, axis: Option<usize>) -> Result<Self> {
        let fits = self.shape.rank() == shape.rank()
            && (0..shape.rank()).all(|i| Some(i) == axis || shape[i] <= self.shape[i]);
        if !fits {
            let expected = match axis {
                _ if self.shape.rank() != shape.rank() => "the second must have as many axes".into(),
                Some(axis) => format!("the second must be no longer on axes other than {axis}"),
                None => "the second must be no longer on any axis".into(),
            };
            let expected = format!("do not fit: {expected}");
            return Err(Error::shapes(operation, &self.shape, shape, expected));
        }
        let mut corner = *self;
        corner.shape = *shape;
        if let Some(axis) = axis {
            corner.strides[axis] = 0;
        }
        Ok(corner)
    }

    /// A diagonal of the matrices that axes `row` and `column` form, `row` before `column`, as the last axis instead.
    pub(crate) fn diagonal(&self, row: usize, column: usize, diagonal: isize) -> Self {
        let (rows, columns) = (self.shape[row], self.shape[column]);
        let (down, right) = if diagonal < 0 {
            (diagonal.unsigned_abs(), 0)
        } else {
            (0, diagonal.unsigned_abs())
        };
        let length = rows.saturating_sub(down).min(columns.saturating_sub(right));
        let mut layout = if length == 0 {
            self.remove_axis(column, 0).remove_axis(row, 0)
        } else {
            self.remove_axis(column, right).remove_axis(row, down)
        };
        let rank = layout.shape.rank();
        layout.strides[rank] = self.strides[row].wrapping_add(self.strides[column]);
        layout.shape.push(length);
        layout
    }

    /// Without `axis`, at its position `index`.
    pub(crate) fn remove_axis(&self, axis: usize, index: usize) -> Self {
        let mut marked = [false; MAX_RANK];
        marked[axis] = true;
        let mut strides = [0; MAX_RANK];
        let kept = (0..self.shape.rank()).filter(|&other| other != axis);
        for (to, from) in kept.enumerate() {
            strides[to] = self.strides[from];
        }
        let offset = self
            .offset
            .wrapping_add_signed(self.strides[axis].wrapping_mul(index as isize));
        Self {
            shape: self.shape.reduced(&marked, false),
            strides,
            offset,
        }
    }
}
