//! The general product: a chunk of the right matrix is packed, then blocks of rows pass over it.
//!
//! The method is that of Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008), but for the left matrix,
//! which is read where it is: its elements are needed one at a time, and measured, packing them gained nothing.

use std::ops::Range;

use crate::parallel;
use crate::simd::{Vector, Work};
use crate::storage::Storage;
use crate::{Float, Result};

use super::panels::{Panel, Panels};
use super::tile::{Tile, tile};
use super::{DEPTH, Matrix, Product, Target, even};

/// Columns of the right matrix a chunk: all of it stays in the last-level cache.
const COLUMNS: usize = 2048;

/// Rows of the left matrix a block: its part of a chunk stays in the second-level cache.
const ROWS: usize = 96;

/// Bytes of a right matrix that is read where it is, because all of it stays in the first-level cache.
const SMALL: usize = 32 << 10;

/// `R` rows at a time, by two vectors.
pub fn multiply<V, const R: usize>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [rows, columns, depth] = product.sizes();
    let direct = product.right.strides[1] == 1
        && columns >= V::LANES
        && (rows <= 2 * R || depth * columns * size_of::<V::Element>() <= SMALL);
    let (height, width) = if direct {
        (depth.max(1), columns)
    } else {
        (even(depth, DEPTH), even(columns, COLUMNS))
    };
    let size = if direct {
        0
    } else {
        Panels::packed_size::<V>([height, width])
    };
    let mut buffer = Storage::scratch(size)?;
    let parallel = product.parallel();
    let target = Target::new(target);
    for column in (0..columns).step_by(width) {
        for top in (0..depth.max(1)).step_by(height) {
            let bottom = (top + height).min(depth);
            let right = product
                .right
                .part([top, column], [bottom - top, width.min(columns - column)]);
            let panels = if direct {
                Panels::direct::<V>(right)
            } else {
                let size = Panels::packed_size::<V>(right.shape);
                Panels::packed::<V>(right, &mut buffer.as_mut_slice()[..size], parallel)
            };
            let chunk = Chunk::<V, R> {
                product,
                left: product.left.part([0, top], [rows, bottom - top]),
                panels: &panels,
                column,
                first: top == 0,
                last: bottom == depth,
                target,
            };
            chunk.run(parallel);
        }
    }
    Ok(())
}

/// The product of some columns of the left matrix and as many rows of the right one.
struct Chunk<'a, V: Vector, const R: usize> {
    product: &'a Product<'a, V::Element>,
    left: Matrix<'a, V::Element>,
    panels: &'a Panels<'a, V::Element>,
    /// The column of the result that the panels begin at.
    column: usize,
    /// Whether it is the first chunk of the sums, or the last.
    first: bool,
    last: bool,
    target: Target<V::Element>,
}

impl<V: Vector<Element: Float>, const R: usize> Chunk<'_, V, R> {
    fn run(&self, parallel: bool) {
        let (rows, panels) = (self.left.shape[0], self.panels.count());
        if !parallel {
            for top in (0..rows).step_by(ROWS) {
                self.block(top..(top + ROWS).min(rows), 0..panels);
            }
            return;
        }
        // How the work is divided changes no bit, since no sum is divided.
        let tasks = 4 * parallel::threads();
        let height = rows.div_ceil(tasks).next_multiple_of(R).clamp(4 * R, ROWS);
        let blocks = rows.div_ceil(height);
        let groups = tasks.div_ceil(blocks).min(panels);
        parallel::for_each(0..blocks * groups, &|task| {
            let (top, group) = (task / groups * height, task % groups);
            let panels = group * panels / groups..(group + 1) * panels / groups;
            self.block(top..(top + height).min(rows), panels);
        });
    }

    /// The part of the result in some rows and panels.
    fn block(&self, rows: Range<usize>, panels: Range<usize>) {
        let block = Block {
            chunk: self,
            rows: rows.clone(),
            panels: panels.clone(),
        };
        // SAFETY: the vector is the one of the level in use.
        unsafe { V::run(block) }
        let Some(finish) = self.product.finish.filter(|_| self.last) else {
            return;
        };
        let columns = self.product.right.shape[1];
        let (first, last) = (self.panels.get(panels.start), self.panels.get(panels.end - 1));
        let (left, width) = (first.column, last.column + last.width - first.column);
        let (count, length) = if width == columns {
            (1, rows.len() * columns)
        } else {
            (rows.len(), width)
        };
        for row in rows.start..rows.start + count {
            // SAFETY: this block's part of a row of the result, or its rows if it has all the columns; no other
            // block has these elements.
            finish(
                &[],
                &mut [unsafe { self.target.slice(row * columns + self.column + left, length) }],
                &[],
            );
        }
    }
}

struct Block<'a, 'b, V: Vector, const R: usize> {
    chunk: &'a Chunk<'b, V, R>,
    rows: Range<usize>,
    panels: Range<usize>,
}

impl<V: Vector<Element: Float>, const R: usize> Work for Block<'_, '_, V, R> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for index in self.panels.clone() {
            let panel = self.chunk.panels.get(index);
            let mut row = self.rows.start;
            while row < self.rows.end {
                row += self.tile(row, &panel);
            }
        }
    }
}

impl<V: Vector<Element: Float>, const R: usize> Block<'_, '_, V, R> {
    /// Computes some rows of a panel from `row` on and says how many.
    #[inline(always)]
    fn tile(&self, row: usize, panel: &Panel<V::Element>) -> usize {
        let chunk = self.chunk;
        let columns = chunk.product.right.shape[1];
        let column = chunk.column + panel.column;
        let target = chunk.target.at(row * columns + column);
        let start = match chunk.product.start {
            Some(start) if chunk.first => start[column..].as_ptr(),
            _ => std::ptr::null(),
        };
        let block = Tile {
            depth: chunk.left.shape[1],
            left: chunk.left.at(row, 0),
            left_strides: chunk.left.strides,
            right: panel.first,
            right_row: panel.row,
            start,
            add: !chunk.first,
            target,
            target_row: columns as isize,
            width: panel.width,
        };
        let rows = self.rows.end - row;
        macro_rules! run {
            ($($rows:expr),*) => {
                $(if rows >= $rows {
                    // SAFETY: the vector is the one of the level in use; the tile lies inside this block's part of the
                    // matrices and of the result, and the panel's rows are as long as a tile needs.
                    unsafe {
                        if panel.width > V::LANES {
                            tile::<V, { $rows }, 2>(&block);
                        } else {
                            tile::<V, { $rows }, 1>(&block);
                        }
                    }
                    return $rows;
                })*
            };
        }
        run!(R, 4, 2, 1);
        rows
    }
}
