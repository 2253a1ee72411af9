//! The right matrix in panels as wide as a tile, packed row by row unless its rows serve as they are.

use std::ops::Range;

use crate::counters::{self, Family};
use crate::simd::unaligned::prefetch;
use crate::simd::{Vector, Work};

use super::Matrix;

/// How many rows below the one that is copied are asked for: their parts are too short for the machine to foresee them.
const AHEAD: isize = 8;

/// Rows of some columns of the right matrix.
#[derive(Debug, Clone, Copy)]
pub struct Panel<T> {
    pub first: *const T,
    /// Distance between its rows.
    pub row: isize,
    /// Its first column.
    pub column: usize,
    /// Its number of columns, at least a vector's lanes unless the whole matrix has fewer.
    pub width: usize,
}

/// A chunk of the right matrix, cut into panels.
#[derive(Debug)]
pub struct Panels<'a, T> {
    right: Matrix<'a, T>,
    /// The panels one after another, or nothing if they are read where they are.
    packed: &'a [T],
    lanes: usize,
    /// The columns of a full panel.
    full: usize,
    count: usize,
}

// SAFETY: it only points to elements that are borrowed and read.
unsafe impl<T: Sync> Sync for Panels<'_, T> {}

impl<'a, T: Copy + Default + Send + Sync> Panels<'a, T> {
    /// Panels of the matrix itself, of so many vectors, whose rows must have no gaps and no fewer elements than a vector.
    pub fn direct<V: Vector<Element = T>>(right: Matrix<'a, T>, vectors: usize) -> Self {
        let full = vectors * V::LANES;
        Self {
            right,
            packed: &[],
            lanes: V::LANES,
            full,
            count: right.shape[1].div_ceil(full),
        }
    }

    /// Panels copied to `buffer`, which has room for [`packed_size`](Self::packed_size) elements at least.
    pub fn packed<V: Vector<Element = T>>(right: Matrix<'a, T>, buffer: &'a mut [T]) -> Self {
        counters::kernel(Family::Packing, || {
            let [read, written] = [right.shape.iter().product(), Self::packed_size::<V>(right.shape)];
            [read, written].map(|elements: usize| elements * size_of::<T>())
        });
        let (panels, mut rest) = (Self::direct::<V>(right, V::WIDTH), &mut *buffer);
        for index in 0..panels.count() {
            let (column, width) = panels.span(index);
            let (target, others) = rest.split_at_mut(right.shape[0] * width.max(V::LANES));
            let pack = Pack::<V> {
                right,
                target,
                column,
                width,
            };
            // SAFETY: the vector is the one of the level in use.
            unsafe { V::run(pack) }
            rest = others;
        }
        Self {
            packed: buffer,
            ..panels
        }
    }

    /// The elements that the packed panels of a matrix of this shape take.
    pub fn packed_size<V: Vector<Element = T>>(shape: [usize; 2]) -> usize {
        shape[0] * shape[1].max(V::LANES)
    }

    /// The number of panels.
    pub fn count(&self) -> usize {
        self.count
    }

    /// First column and width of a panel: as wide as a tile, but the last two share the vectors that are left, and the very last takes the greater half, so
    /// that none is narrower than a vector.
    fn span(&self, index: usize) -> (usize, usize) {
        let (columns, column) = (self.right.shape[1], index * self.full);
        if index + 2 < self.count || self.count == 1 {
            return (column, self.full.min(columns - column));
        }
        let shared = (self.count - 2) * self.full;
        let half = (columns - shared).div_ceil(self.lanes) / 2 * self.lanes;
        if index + 1 < self.count {
            (column, half)
        } else {
            (shared + half, columns - shared - half)
        }
    }

    /// The panel at `index`.
    pub fn get(&self, index: usize) -> Panel<T> {
        let (column, width) = self.span(index);
        if self.packed.is_empty() {
            return Panel {
                first: self.right.at(0, column),
                row: self.right.strides[0],
                column,
                width,
            };
        }
        // All the panels before have as many elements as columns times rows.
        let first = self.packed[self.right.shape[0] * column..].as_ptr();
        let row = width.max(self.lanes) as isize;
        Panel {
            first,
            row,
            column,
            width,
        }
    }
}

/// Copies a panel, row by row, and zeros up to the lanes of a vector.
struct Pack<'a, V: Vector> {
    right: Matrix<'a, V::Element>,
    target: &'a mut [V::Element],
    column: usize,
    width: usize,
}

impl<V: Vector<Element: Default>> Work for Pack<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let (depth, [down, across]) = (self.right.shape[0], self.right.strides);
        if down == 1 && self.width >= V::LANES {
            let (rows, columns) = (depth / V::SIDE * V::SIDE, self.width / V::SIDE * V::SIDE);
            self.squares(rows, columns);
            self.copy(0..rows, columns..self.width);
            self.copy(rows..depth, 0..self.width);
        } else if across == 1 && self.width >= V::LANES {
            macro_rules! run {
                ($($vectors:literal)*) => {
                    $(if self.width > ($vectors - 1) * V::LANES {
                        return self.rows::<$vectors>();
                    })*
                };
            }
            run!(4 3 2 1);
        } else {
            self.target.fill(V::Element::default());
            self.copy(0..depth, 0..self.width);
        }
    }
}

impl<V: Vector<Element: Default>> Pack<'_, V> {
    /// Rows without gaps, of `C` vectors. The last one ends with the row, so it may overlap the one before.
    #[inline(always)]
    fn rows<const C: usize>(&mut self) {
        let mut offsets = [0; C];
        for (j, offset) in offsets.iter_mut().enumerate() {
            *offset = (j * V::LANES).min(self.width - V::LANES);
        }
        let (mut from, mut to) = (self.right.at(0, self.column), self.target.as_mut_ptr());
        for _ in 0..self.right.shape[0] {
            let below = from.wrapping_offset(self.right.strides[0].wrapping_mul(AHEAD));
            for offset in offsets {
                prefetch(below.wrapping_add(offset));
                // SAFETY: the vector is the one of the level in use; `width` columns from `column` on lie inside the matrix, one after another, and
                // the target has room for as many of each row.
                unsafe { V::load(from.wrapping_add(offset)).store(to.wrapping_add(offset)) }
            }
            from = from.wrapping_offset(self.right.strides[0]);
            to = to.wrapping_add(self.width);
        }
    }

    /// Some elements, one at a time.
    #[inline(always)]
    fn copy(&mut self, rows: Range<usize>, columns: Range<usize>) {
        let length = self.width.max(V::LANES);
        for p in rows {
            let row = &mut self.target[p * length..][..self.width];
            for j in columns.clone() {
                // SAFETY: inside the matrix.
                row[j] = unsafe { *self.right.at(p, self.column + j) };
            }
        }
    }

    /// Squares of the first rows and columns, which are multiples of their side, out of a matrix whose columns have no gaps.
    #[inline(always)]
    fn squares(&mut self, rows: usize, columns: usize) {
        let length = self.width;
        debug_assert!(rows * length <= self.target.len() && columns <= length);
        // Two squares are a line of each of their columns, which is done with before others can take its place in the cache.
        for first in (0..rows).step_by(2 * V::SIDE) {
            for j in (0..columns).step_by(V::SIDE) {
                for i in 0..V::SIDE {
                    prefetch(self.right.at(first + 2 * V::SIDE, self.column + j + i));
                }
                for p in (first..rows.min(first + 2 * V::SIDE)).step_by(V::SIDE) {
                    let from = self.right.at(p, self.column + j);
                    let to = self.target.as_mut_ptr().wrapping_add(p * length + j);
                    // SAFETY: the vector is the one of the level in use; the squares lie inside the matrix and the panel.
                    unsafe { V::transpose(from, self.right.strides[1], to, length as isize) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::simd::Portable;

    proptest! {
        #[test]
        fn panels_cover_all_columns_and_none_is_narrower_than_a_vector(columns in 1_usize..200) {
            type V = Portable<f32, 4>;
            let source = vec![0.0; columns];
            let panels = Panels::direct::<V>(Matrix::row_major(&source, [1, columns]), V::WIDTH);
            let mut next = 0;
            for index in 0..panels.count() {
                let (column, width) = panels.span(index);
                prop_assert_eq!(column, next);
                prop_assert!((V::LANES..=V::TILE_COLUMNS).contains(&width) || columns < V::LANES);
                next = column + width;
            }
            prop_assert_eq!(next, columns);
        }
    }
}
