//! The general product: a chunk of the right matrix is packed, then blocks of rows pass over it.
//!
//! The method is that of Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008), but for two things. The left matrix is
//! read where it is, since its elements are needed one at a time; measured, packing them gained nothing. And each thread packs the chunk that it multiplies itself: none waits for another one's, and what was packed is still in its cache.

use std::ops::Range;

use crate::parallel;
use crate::simd::{Vector, Work};
use crate::storage::Storage;
use crate::{Float, Result};

use super::panels::{Panel, Panels};
use super::tile::{PREFETCHED, Tile, chain};
use super::{DEPTH, Matrix, Product, Target, even};

/// Columns of a chunk of the right matrix: with [`DEPTH`] rows it stays in the second-level cache.
const COLUMNS: usize = 256;

/// Rows of a block of the left matrix: it stays in the second-level cache beside a chunk.
const ROWS: usize = 96;

/// Bytes of a left matrix that stays in the second-level cache from one use to the next.
pub const NEAR: usize = 256 << 10;

/// Bytes of a right matrix that is read where it is, because all of it stays in the first-level cache.
const SMALL: usize = 32 << 10;

/// A tile's rows by its columns at a time.
pub fn multiply<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [rows, columns, depth] = product.sizes();
    let direct = product.right.strides[1] == 1
        && columns >= V::LANES
        && (rows <= 2 * V::TILE_ROWS || depth * columns * size_of::<V::Element>() <= SMALL);
    let target = Target::new(target);
    let part = |rows, columns| Part::<V> {
        product,
        rows,
        columns,
        target,
        direct,
    };
    if !product.parallel() {
        return part(0..rows, 0..columns).run();
    }
    // How the work is divided changes no bit, since no sum is divided.
    let [down, across] = division::<V>([rows, columns]);
    let height = rows.div_ceil(down).next_multiple_of(V::TILE_ROWS);
    let panels = columns.div_ceil(V::TILE_COLUMNS);
    parallel::try_for_each(0..rows.div_ceil(height) * across, &|task| {
        let (top, group) = (task / across * height, task % across);
        let bound = |group: usize| (group * panels / across * V::TILE_COLUMNS).min(columns);
        part(top..(top + height).min(rows), bound(group)..bound(group + 1)).run()
    })
}

/// Into how many groups of rows, and of columns, several threads divide a result.
///
/// Groups of columns come first, because each group of rows packs the right matrix anew.
fn division<V: Vector>([rows, columns]: [usize; 2]) -> [usize; 2] {
    let tasks = 4 * parallel::workers_at_once();
    let across = columns.div_ceil(V::TILE_COLUMNS).min(tasks);
    let enough = if across >= tasks / 2 { across } else { tasks };
    let down = enough.div_ceil(across).min(rows.div_ceil(4 * V::TILE_ROWS));
    [down, across]
}

/// A range in parts of so many numbers, the last of as many as are left: without the division that `step_by` begins with.
#[inline(always)]
fn parts(range: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let mut next = range.start;
    std::iter::from_fn(move || {
        let start = next;
        next = start.saturating_add(most).min(range.end);
        (start < range.end).then_some(start..next)
    })
}

/// Some rows and columns of a product.
struct Part<'a, V: Vector> {
    product: &'a Product<'a, V::Element>,
    rows: Range<usize>,
    /// They begin where a panel does.
    columns: Range<usize>,
    target: Target<V::Element>,
    /// Whether the right matrix is read where it is.
    direct: bool,
}

impl<V: Vector<Element: Float>> Part<'_, V> {
    fn run(&self) -> Result<()> {
        let depth = self.product.sizes()[2];
        let height = even(depth, DEPTH);
        let width = if self.direct { self.columns.len() } else { COLUMNS };
        let size = if self.direct {
            0
        } else {
            Panels::packed_size::<V>([height, width.min(self.columns.len())])
        };
        let mut buffer = Storage::scratch(size)?;
        for terms in parts(0..depth.max(1), height) {
            let (top, bottom) = (terms.start, terms.end.min(depth));
            for columns in parts(self.columns.clone(), width) {
                let (column, columns) = (columns.start, columns.len());
                let right = { self.product.right }.part([top, column], [bottom - top, columns]);
                let panels = if self.direct {
                    Panels::direct::<V>(right, self.vectors())
                } else {
                    Panels::packed::<V>(right, buffer.as_mut_slice())
                };
                let left = { self.product.left }.part([0, top], [self.rows.end, bottom - top]);
                let chunk = Chunk {
                    part: self,
                    left,
                    ahead: left.strides[1] == 1
                        && bottom - top >= PREFETCHED
                        && (self.product.far || self.rows.len() * depth * size_of::<V::Element>() > NEAR),
                    panels: &panels,
                    column,
                    columns,
                    first: top == 0,
                    last: bottom == depth,
                };
                for rows in parts(self.rows.clone(), ROWS) {
                    chunk.block(rows);
                }
            }
        }
        Ok(())
    }

    /// Vectors of a panel that is read where it is: one fewer if all the rows are one tile then: they come from far, and once is enough.
    fn vectors(&self) -> usize {
        let fewer = V::WIDTH - 1;
        let once = (V::TILE_ROWS + 1..=V::SUMS / fewer).contains(&self.rows.len());
        if fewer > 1 && once { fewer } else { V::WIDTH }
    }
}

/// The product of some columns of the left matrix and as many rows of the right one.
struct Chunk<'a, V: Vector> {
    part: &'a Part<'a, V>,
    left: Matrix<'a, V::Element>,
    panels: &'a Panels<'a, V::Element>,
    /// The first column of the result that the panels belong to, and their number.
    column: usize,
    columns: usize,
    /// Whether it is the first chunk of the sums, or the last.
    first: bool,
    last: bool,
    /// Whether the rows of the left matrix have to be asked for: they are long, without gaps, and come from far.
    ahead: bool,
}

impl<V: Vector<Element: Float>> Chunk<'_, V> {
    /// Some rows of the result.
    fn block(&self, rows: Range<usize>) {
        for index in 0..self.panels.count() {
            let panel = self.panels.get(index);
            let tile = self.tile(rows.start, index == 0, &panel);
            // As many vectors side by side as its columns need.
            macro_rules! run {
                ($($vectors:literal)*) => {
                    $(if $vectors <= V::WIDTH && panel.width > ($vectors - 1) * V::LANES {
                        stacks::<V, $vectors>(tile, rows.len());
                        continue;
                    })*
                };
            }
            run!(4 3 2 1);
        }
        let Some(finish) = self.part.product.finish.filter(|_| self.last) else {
            return;
        };
        let columns = self.part.product.right.shape[1];
        let (count, length) = if self.columns == columns {
            (1, rows.len() * columns)
        } else {
            (rows.len(), self.columns)
        };
        for row in rows.start..rows.start + count {
            // SAFETY: this block's part of a row of the result, or its rows if it has all the columns; no other
            // block has these elements.
            let part = unsafe { self.part.target.slice(row * columns + self.column, length) };
            finish(&[], &mut [part], &[]);
        }
    }

    /// The first rows of a panel.
    fn tile(&self, row: usize, first: bool, panel: &Panel<V::Element>) -> Tile<V::Element> {
        let product = self.part.product;
        let columns = product.right.shape[1];
        let column = self.column + panel.column;
        let start = match product.start {
            Some(start) if self.first => start[column..].as_ptr(),
            _ => std::ptr::null(),
        };
        Tile {
            depth: self.left.shape[1],
            left: self.left.at(row, 0),
            left_strides: self.left.strides,
            ahead: first && self.ahead,
            right: panel.first,
            right_row: panel.row,
            start,
            add: !self.first,
            target: self.part.target.at(row * columns + column),
            target_row: columns as isize,
            width: panel.width,
        }
    }
}

/// The rows of a panel, in tiles that are as high as the registers allow; `tile` is the first row of them.
fn stacks<V: Vector<Element: Float>, const C: usize>(mut tile: Tile<V::Element>, mut rows: usize) {
    macro_rules! run {
        ($($height:literal)*) => {
            $(if $height * C <= V::SUMS && ($height < 12 || C == 1) && rows >= $height {
                let count = rows / $height;
                // SAFETY: the vector is the one of the level in use; the tiles lie inside this block's part of the matrices and of the result,
                // and the panel's rows are as long as a tile needs.
                unsafe { V::run(Stack::<V, $height, C> { tile, count }) }
                tile.descend(count * $height);
                rows -= count * $height;
            })*
        };
    }
    run!(12 8 6 4 2 1);
    debug_assert_eq!(rows, 0);
}

/// Tiles of one height, one below the other.
///
/// It is compiled as a function of its own: inlined where the other heights are, a tile's values would be on the stack, and short sums would
/// take up to twice as long.
struct Stack<V: Vector, const R: usize, const C: usize> {
    tile: Tile<V::Element>,
    count: usize,
}

impl<V: Vector<Element: Float>, const R: usize, const C: usize> Work for Stack<V, R, C> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        for _ in 0..self.count {
            if self.tile.depth >= PREFETCHED {
                self.tile.prefetch_target(R);
            }
            // SAFETY: whoever makes a stack vouches for its tiles.
            unsafe { chain::<V, R, C>(&self.tile) }
            self.tile.descend(R);
        }
    }
}
