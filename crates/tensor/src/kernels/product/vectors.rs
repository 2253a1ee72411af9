//! Products with a vector, or with few rows: each element of the large matrix is needed once, in the order of memory.

use std::ops::Range;

use crate::parallel;
use crate::simd::{Vector, Work};
use crate::storage::Storage;
use crate::{Float, Numeric, Result};

use super::tile::{Dots, dots as dots_tile};
use super::{Matrix, Product, Target, even, multiply};

/// Up to how many rows on the left reading both matrices along their rows is faster than packing one of them.
pub const FEW: usize = 16;

/// A matrix times a column: the same as a row times its transpose.
pub fn column<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let transposed = Product {
        left: product.right.transposed(),
        right: product.left.transposed(),
        start: None,
        finish: None,
        ..*product
    };
    multiply::<V>(target, &transposed)?;
    if let Some(&[start]) = product.start {
        for x in target.iter_mut() {
            *x += start;
        }
    }
    if let Some(finish) = product.finish {
        finish(&[], &mut [target], &[]);
    }
    Ok(())
}

/// Few rows times the transpose of a matrix whose rows have no gaps.
pub fn dots<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let mut room = Storage::scratch(0)?;
    let left = product.left.with_dense_rows(&mut room)?;
    let target = Target::new(target);
    for_each_range(product.right.shape[1], 4, product.parallel(), &|columns| {
        let part = Columns::<V> {
            product,
            left,
            columns,
            target,
        };
        // SAFETY: the vector is the one of the level in use.
        unsafe { V::run(part) }
    });
    Ok(())
}

/// Some columns of the result.
struct Columns<'a, V: Vector> {
    product: &'a Product<'a, V::Element>,
    left: Matrix<'a, V::Element>,
    columns: Range<usize>,
    target: Target<V::Element>,
}

impl<V: Vector<Element: Float>> Work for Columns<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for row in 0..self.left.shape[0] {
            // SAFETY: no other slice is alive.
            let target = unsafe { self.row(row) };
            match self.product.start {
                Some(start) => target.copy_from_slice(&start[self.columns.clone()]),
                None => target.fill(V::Element::ZERO),
            }
        }
        let mut column = self.columns.start;
        while column < self.columns.end {
            if self.columns.end - column >= 4 {
                self.rows::<4>(column);
                column += 4;
            } else {
                self.rows::<1>(column);
                column += 1;
            }
        }
        if let Some(finish) = self.product.finish {
            for row in 0..self.left.shape[0] {
                // SAFETY: no other slice is alive.
                finish(&[], &mut [unsafe { self.row(row) }], &[]);
            }
        }
    }
}

impl<V: Vector<Element: Float>> Columns<'_, V> {
    /// This range of a row of the result.
    ///
    /// # Safety
    /// No other slice of the row is alive during the new one.
    #[inline(always)]
    unsafe fn row<'a>(&self, row: usize) -> &'a mut [V::Element] {
        let columns = self.product.right.shape[1];
        // SAFETY: no other range has these elements, the borrow of the whole target lasts, and the caller's promise.
        unsafe {
            self.target
                .slice(row * columns + self.columns.start, self.columns.len())
        }
    }

    /// All the rows of some columns.
    #[inline(always)]
    fn rows<const C: usize>(&self, column: usize) {
        let rows = self.left.shape[0];
        // As many sums as registers hold beside the operands, and even parts: a last row alone would read as much for a quarter of the sums.
        let height = even(rows, if V::SUMS < 24 { 2 } else { 4 });
        for row in (0..rows).step_by(height) {
            match height.min(rows - row) {
                4 => self.dots::<4, C>(row, column),
                3 => self.dots::<3, C>(row, column),
                2 => self.dots::<2, C>(row, column),
                _ => self.dots::<1, C>(row, column),
            }
        }
    }

    #[inline(always)]
    fn dots<const R: usize, const C: usize>(&self, row: usize, column: usize) {
        let columns = self.product.right.shape[1];
        let block = Dots {
            depth: self.left.shape[1],
            left: self.left.at(row, 0),
            left_row: self.left.strides[0],
            right: self.product.right.at(0, column),
            right_column: self.product.right.strides[1],
            target: self.target.at(row * columns + column),
            target_row: columns as isize,
        };
        // SAFETY: the vector is the one of the level in use; rows and columns lie inside the matrices and have no gaps, and only
        // this thread writes to this range of the result.
        unsafe { dots_tile::<V, R, C>(&block) }
    }
}

/// Cuts `0..length` into ranges of at least `shortest` (one range, if it is shorter than that) for several threads, or not.
fn for_each_range(length: usize, shortest: usize, parallel: bool, work: &(dyn Fn(Range<usize>) + Sync)) {
    let parts = if parallel {
        4 * parallel::workers_at_once()
    } else {
        1
    };
    let parts = parts.min(length / shortest).max(1);
    parallel::for_each_range(length, parts, work);
}
