//! What a product is computed from, and the block it writes to.

use std::marker::PhantomData;

use crate::counters::{self, Family};
use crate::storage::Storage;
use crate::{Element, Result};

/// A matrix of any strides to read from.
#[derive(Debug)]
pub struct Matrix<'a, T> {
    first: *const T,
    /// Lengths of the two axes.
    pub(super) shape: [usize; 2],
    /// Distance between neighboring rows, and between neighboring columns.
    pub(super) strides: [isize; 2],
    source: PhantomData<&'a [T]>,
}

// SAFETY: as for the slice that it borrows.
unsafe impl<T: Sync> Send for Matrix<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Matrix<'_, T> {}

impl<T> Clone for Matrix<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Matrix<'_, T> {}

impl<'a, T> Matrix<'a, T> {
    /// Element `[i, j]` is `source[offset + i * strides[0] + j * strides[1]]`; all of them lie inside the source, which is checked.
    pub fn new(source: &'a [T], offset: usize, shape: [usize; 2], strides: [isize; 2]) -> Self {
        if shape.contains(&0) {
            return Self::row_major(&[], shape);
        }
        let reach = |axis: usize| (shape[axis] - 1) as isize * strides[axis];
        let (rows, columns) = (reach(0), reach(1));
        let lowest = offset as isize + rows.min(0) + columns.min(0);
        let highest = offset as isize + rows.max(0) + columns.max(0);
        assert!(
            lowest >= 0 && highest < source.len() as isize,
            "a view lies inside its storage"
        );
        Self {
            first: &raw const source[offset],
            shape,
            strides,
            source: PhantomData,
        }
    }

    /// A matrix whose rows follow one another.
    pub fn row_major(source: &'a [T], shape: [usize; 2]) -> Self {
        assert_eq!(source.len(), shape[0] * shape[1]);
        Self {
            first: source.as_ptr(),
            shape,
            strides: [shape[1] as isize, 1],
            source: PhantomData,
        }
    }

    /// Rows as columns.
    pub fn transposed(self) -> Self {
        let ([a, b], [c, d]) = (self.shape, self.strides);
        Self {
            shape: [b, a],
            strides: [d, c],
            ..self
        }
    }

    /// The block of this shape at `[i, j]`, which must lie inside.
    pub fn part(self, [i, j]: [usize; 2], shape: [usize; 2]) -> Self {
        debug_assert!(i + shape[0] <= self.shape[0] && j + shape[1] <= self.shape[1]);
        Self {
            first: self.at(i, j),
            shape,
            ..self
        }
    }

    /// The same with rows without gaps: itself, or a copy in `room`.
    pub(super) fn with_dense_rows<'b>(self, room: &'b mut Storage<T>) -> Result<Matrix<'b, T>>
    where
        'a: 'b,
        T: Element,
    {
        if self.strides[1] == 1 {
            return Ok(self);
        }
        *room = Storage::scratch(self.shape[0] * self.shape[1])?;
        self.read(room.as_mut_slice());
        Ok(Matrix::row_major(room.as_slice(), self.shape))
    }

    /// The number of elements that are there: of rows or columns that repeat one, that.
    pub(super) fn distinct(&self) -> usize {
        let lengths = self.shape.iter().zip(self.strides);
        lengths
            .map(|(&length, stride)| if stride == 0 { length.min(1) } else { length })
            .product()
    }

    /// Copies all elements, row by row, to `target`, which has as many.
    pub fn read(&self, target: &mut [T])
    where
        T: Copy,
    {
        counters::kernel(Family::Packing, || [size_of_val(target); 2]);
        for (i, row) in target.chunks_exact_mut(self.shape[1].max(1)).enumerate() {
            for (j, to) in row.iter_mut().enumerate().take(self.shape[1]) {
                assert!(i < self.shape[0]);
                // SAFETY: inside the shape.
                *to = unsafe { *self.at(i, j) };
            }
        }
    }

    /// Where element `[i, j]` lies; for any `i` and `j`, but to be read only inside the shape.
    #[inline(always)]
    pub fn at(&self, i: usize, j: usize) -> *const T {
        self.first
            .wrapping_offset(i as isize * self.strides[0])
            .wrapping_offset(j as isize * self.strides[1])
    }
}

/// The elements of the result, of which several threads write different ones.
#[derive(Debug)]
pub struct Target<T>(*mut T);

// SAFETY: it gives no access but by pointers, and by an unsafe method.
unsafe impl<T: Send> Send for Target<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Target<T> {}

impl<T> Clone for Target<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Target<T> {}

impl<T> Target<T> {
    pub fn new(elements: &mut [T]) -> Self {
        Self(elements.as_mut_ptr())
    }

    #[inline(always)]
    pub fn at(self, index: usize) -> *mut T {
        self.0.wrapping_add(index)
    }

    /// Some of the elements.
    ///
    /// # Safety
    /// They exist, the borrow they were made from still lasts, and nobody else accesses them during the new one.
    pub unsafe fn slice<'a>(self, first: usize, length: usize) -> &'a mut [T] {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.at(first), length) }
    }
}
