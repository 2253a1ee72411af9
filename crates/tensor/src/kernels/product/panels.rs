//! The right matrix in panels as wide as a tile, packed row by row unless its rows serve as they are.

use rayon::prelude::*;

use crate::simd::{self, Vector, Work};

use super::Matrix;

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
}

// SAFETY: it only points to elements that are borrowed and read.
unsafe impl<T: Sync> Sync for Panels<'_, T> {}

impl<'a, T: Copy + Default + Send + Sync> Panels<'a, T> {
    /// Panels of the matrix itself, whose rows must have no gaps and no fewer elements than a vector.
    pub fn direct<V: Vector<Element = T>>(right: Matrix<'a, T>) -> Self {
        Self {
            right,
            packed: &[],
            lanes: V::LANES,
        }
    }

    /// Panels copied to `buffer`, which has room for [`packed_size`](Self::packed_size) elements.
    pub fn packed<V: Vector<Element = T>>(right: Matrix<'a, T>, buffer: &'a mut [T], parallel: bool) -> Self {
        let panels = Self::direct::<V>(right);
        let mut rest = &mut *buffer;
        let packs = (0..panels.count()).map(|index| {
            let (column, width) = panels.span(index);
            let size = right.shape[0] * width.max(V::LANES);
            let (target, others) = std::mem::take(&mut rest).split_at_mut(size);
            rest = others;
            Pack {
                right,
                target,
                column,
                width,
                lanes: V::LANES,
            }
        });
        if parallel {
            packs.collect::<Vec<_>>().into_par_iter().for_each(simd::dispatch);
        } else {
            packs.for_each(simd::dispatch);
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
        self.right.shape[1].div_ceil(2 * self.lanes)
    }

    /// First column and width of a panel: two vectors, but the last two panels share what would leave the last one narrower
    /// than a vector.
    fn span(&self, index: usize) -> (usize, usize) {
        let (full, columns, last) = (2 * self.lanes, self.right.shape[1], self.count() - 1);
        let rest = columns - last * full;
        let shared = (full + rest).div_ceil(2);
        let column = index * full;
        if index + 1 < last || last == 0 || rest >= self.lanes {
            (column, full.min(columns - column))
        } else if index < last {
            (column, shared)
        } else {
            (column - full + shared, full + rest - shared)
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
struct Pack<'a, T> {
    right: Matrix<'a, T>,
    target: &'a mut [T],
    column: usize,
    width: usize,
    lanes: usize,
}

impl<T: Copy + Default> Work for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            right, column, width, ..
        } = self;
        for (p, row) in self.target.chunks_exact_mut(width.max(self.lanes)).enumerate() {
            let (row, padding) = row.split_at_mut(width);
            padding.fill(T::default());
            let from = right.at(p, column);
            if right.strides[1] == 1 {
                // SAFETY: `width` columns from `column` on lie inside the matrix, one after another.
                row.copy_from_slice(unsafe { std::slice::from_raw_parts(from, width) });
            } else {
                for (j, to) in row.iter_mut().enumerate() {
                    // SAFETY: as above, each at its stride.
                    *to = unsafe { *from.offset(j as isize * right.strides[1]) };
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
            let panels = Panels::direct::<V>(Matrix::row_major(&source, [1, columns]));
            let mut next = 0;
            for index in 0..panels.count() {
                let (column, width) = panels.span(index);
                prop_assert_eq!(column, next);
                prop_assert!((V::LANES..=2 * V::LANES).contains(&width) || columns < V::LANES);
                next = column + width;
            }
            prop_assert_eq!(next, columns);
        }
    }
}
