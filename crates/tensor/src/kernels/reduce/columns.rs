//! Folding rows onto each other, element by element.

use std::marker::PhantomData;

use super::folds::{self, Careful, Fold};
use super::plan::{Loop, Loops};
use super::{Job, Kernels};
use crate::storage::Storage;
use crate::{Element, Result, parallel, simd};

/// Rows that are folded without a tree.
const ROWS: usize = 128;

/// So few rows that finding room for the positions of more would cost as much as folding them.
const FEW: usize = 32;

/// Columns that share a tree: the partial results of all its levels stay in the cache.
const COLUMNS: usize = 256;

/// A few rows, `width` columns of them, for each step of the kept loops outside the columns.
#[derive(Debug)]
pub struct Block<'a, T> {
    target: &'a mut [T],
    /// As long as the target, or empty.
    parameters: &'a [T],
    source: &'a [T],
    offset: usize,
    /// From each group of rows to the next one, and which is the first.
    groups: Loops<'a>,
    first_group: usize,
    /// From each row to the next one, which is the first, and how many there are.
    rows: Loops<'a>,
    first_row: usize,
    row_count: usize,
    width: usize,
}

pub fn fold_block<T: Copy + Default, F: Fold<T>, const LANES: usize>(block: Block<'_, T>) {
    folds::run::<T, F, _>(BlockWork::<T, F, LANES>(block, PhantomData));
}

struct BlockWork<'a, T, F, const LANES: usize>(Block<'a, T>, PhantomData<F>);

impl<T: Copy + Default, F: Fold<T>, const LANES: usize> simd::Work for BlockWork<'_, T, F, LANES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Block { source, width, .. } = self.0;
        let (mut few, mut many);
        let rows: &mut [isize] = if self.0.row_count <= FEW {
            few = [0; FEW];
            &mut few
        } else {
            many = [0; ROWS];
            &mut many
        };
        let rows = &mut rows[..self.0.row_count];
        self.0.rows.positions(self.0.first_row, rows);
        let targets = self.0.target.chunks_mut(width);
        for (i, (target, position)) in targets.zip(self.0.groups.walk(self.0.first_group)).enumerate() {
            let columns = Columns::<T, F> {
                source,
                rows,
                offset: self.0.offset.wrapping_add_signed(position),
                parameters: self.0.parameters.get(i * width..).unwrap_or(&[]),
                fold: PhantomData,
            };
            let mut column = 0;
            // The widest that all registers together hold twice, then a few narrower ones to keep the code small.
            if LANES >= 64 {
                columns.fold::<32, 2>(target, &mut column);
            } else {
                columns.fold::<16, 2>(target, &mut column);
            }
            columns.fold::<8, 4>(target, &mut column);
            columns.fold::<2, 8>(target, &mut column);
            columns.fold::<1, 8>(target, &mut column);
        }
    }
}

struct Columns<'a, T, F> {
    source: &'a [T],
    /// Positions of the rows.
    rows: &'a [isize],
    offset: usize,
    parameters: &'a [T],
    fold: PhantomData<F>,
}

impl<T: Copy + Default, F: Fold<T>> Columns<'_, T, F> {
    /// Folds as many blocks of `WIDTH` columns from `column` on as there are.
    #[inline(always)]
    fn fold<const WIDTH: usize, const PARTS: usize>(&self, target: &mut [T], column: &mut usize) {
        let (blocks, _) = target[*column..].as_chunks_mut::<WIDTH>();
        for block in blocks {
            *block = self.tile::<WIDTH, PARTS>(*column);
            *column += WIDTH;
        }
    }

    #[inline(always)]
    fn tile<const WIDTH: usize, const PARTS: usize>(&self, column: usize) -> [T; WIDTH] {
        let (tile, has_nan) = self.try_tile::<F, WIDTH, PARTS>(column);
        if F::QUICK && has_nan {
            return self.careful_tile::<WIDTH, PARTS>(column);
        }
        tile
    }

    #[cold]
    #[inline(never)]
    fn careful_tile<const WIDTH: usize, const PARTS: usize>(&self, column: usize) -> [T; WIDTH] {
        self.try_tile::<Careful<F>, WIDTH, PARTS>(column).0
    }

    /// `WIDTH` columns; every `PARTS`-th row is folded apart from the others, so that none waits for the one before. And whether there was a NaN, if
    /// `G` has a quick operation.
    #[inline(always)]
    fn try_tile<G: Fold<T>, const WIDTH: usize, const PARTS: usize>(
        &self,
        column: usize,
    ) -> ([T; WIDTH], bool) {
        let mut parameters = [T::default(); WIDTH];
        if let Some(given) = self.parameters.get(column..column + WIDTH) {
            parameters.copy_from_slice(given);
        }
        let offset = self.offset + column;
        let mut parts = [[G::IDENTITY; WIDTH]; PARTS];
        let mut sums = [G::NOTHING; WIDTH];
        let (groups, rest) = self.rows.as_chunks::<PARTS>();
        for group in groups {
            let mut sum = [G::NOTHING; WIDTH];
            for (part, &position) in parts.iter_mut().zip(group) {
                self.row::<G, WIDTH>(part, &mut sum, offset.wrapping_add_signed(position), &parameters);
            }
            if G::QUICK {
                for (sums, sum) in sums.iter_mut().zip(sum) {
                    *sums = G::sum(*sums, sum);
                }
            }
        }
        for (part, &position) in parts.iter_mut().zip(rest) {
            self.row::<G, WIDTH>(part, &mut sums, offset.wrapping_add_signed(position), &parameters);
        }
        let has_nan = G::QUICK && sums.iter().fold(false, |any, &sum| any | G::is_nan(sum));
        let mut half = PARTS / 2;
        while half > 0 {
            let (first, second) = parts.split_at_mut(half);
            for (x, y) in first.as_flattened_mut().iter_mut().zip(second.as_flattened()) {
                *x = G::quick(*x, *y);
            }
            half /= 2;
        }
        (parts[0], has_nan)
    }

    #[inline(always)]
    fn row<G: Fold<T>, const WIDTH: usize>(
        &self,
        part: &mut [T; WIDTH],
        sum: &mut [T; WIDTH],
        from: usize,
        parameters: &[T; WIDTH],
    ) {
        let row = &self.source[from..from + WIDTH];
        for i in 0..WIDTH {
            let x = G::map(row[i], parameters[i]);
            part[i] = G::quick(part[i], x);
            if G::QUICK {
                sum[i] = G::sum(sum[i], x);
            }
        }
    }
}

/// The innermost kept elements lie one after another.
pub fn reduce<T: Copy + Default + Send + Sync>(target: &mut [T], job: &Job<'_, T>) {
    let plan = job.plan;
    let (columns, _) = plan.kept().inner();
    let groups = plan.kept().outer();
    let rows = plan.reduced().count();
    parallel::divide(target, 0, columns, job.grain(rows), &|start, target: &mut [T]| {
        let first_group = start / columns;
        if rows <= ROWS && columns <= COLUMNS {
            (job.kernels.block)(Block {
                target,
                parameters: job.parameters(start),
                source: job.source,
                offset: plan.offset,
                groups,
                first_group,
                rows: plan.reduced(),
                first_row: 0,
                row_count: rows,
                width: columns,
            });
            return;
        }
        let targets = target.chunks_mut(columns);
        for (i, (target, position)) in targets.zip(groups.walk(first_group)).enumerate() {
            let start = start + i * columns;
            let offset = plan.offset.wrapping_add_signed(position);
            parallel::divide(
                target,
                0,
                COLUMNS,
                job.grain(rows),
                &|column, target: &mut [T]| {
                    for (i, target) in target.chunks_mut(COLUMNS).enumerate() {
                        let column = column + i * COLUMNS;
                        let tree = Tree {
                            job,
                            parameters: job.parameters(start + column),
                            offset: offset + column,
                        };
                        tree.fold(0, rows, target);
                    }
                },
            );
        }
    });
}

/// Rows without gaps that are written a few at a time, and folded while they are in the cache: in the order in which [`reduce`] folds them.
pub struct Written<'a, T> {
    pub kernels: &'a Kernels<T>,
    /// The elements of a row.
    pub columns: usize,
    /// Writes the elements from the given one on.
    pub write: &'a dyn Fn(usize, &mut [T]),
}

impl<T: Element> Written<'_, T> {
    /// Folds the rows, which begin with element `start`, to `target`.
    pub fn fold(&self, start: usize, rows: &mut [T], target: &mut [T]) -> Result<()> {
        let columns = self.columns;
        if rows.len() <= ROWS * columns {
            self.leaf(start, rows, target);
            return Ok(());
        }
        let middle = (rows.len() / columns / 2).next_multiple_of(ROWS) * columns;
        let (first, second) = rows.split_at_mut(middle);
        let mut others = Storage::scratch(columns)?;
        self.fold(start, first, target)?;
        self.fold(start + middle, second, others.as_mut_slice())?;
        (self.kernels.merge)(target, others.as_slice());
        Ok(())
    }

    fn leaf(&self, start: usize, rows: &mut [T], target: &mut [T]) {
        (self.write)(start, rows);
        let down = Loop {
            length: rows.len() / self.columns,
            stride: self.columns as isize,
        };
        for (i, target) in target.chunks_mut(COLUMNS).enumerate() {
            (self.kernels.block)(Block {
                width: target.len(),
                target,
                parameters: &[],
                source: rows,
                offset: i * COLUMNS,
                groups: Loops::NONE,
                first_group: 0,
                rows: Loops::single(&down),
                first_row: 0,
                row_count: down.length,
            });
        }
    }
}

/// Many rows, some columns of them.
struct Tree<'a, T> {
    job: &'a Job<'a, T>,
    parameters: &'a [T],
    offset: usize,
}

impl<T: Copy + Default + Send + Sync> Tree<'_, T> {
    fn fold(&self, start: usize, end: usize, target: &mut [T]) {
        let count = end - start;
        if count <= ROWS {
            return self.leaf(start, count, target);
        }
        let middle = start + (count / 2).next_multiple_of(ROWS);
        let mut others = [self.job.kernels.identity; COLUMNS];
        let others = &mut others[..target.len()];
        if count > self.job.grain(target.len()) {
            parallel::join(&mut || self.fold(start, middle, target), &mut || {
                self.fold(middle, end, others)
            });
        } else {
            self.fold(start, middle, target);
            self.fold(middle, end, others);
        }
        (self.job.kernels.merge)(target, others);
    }

    fn leaf(&self, first_row: usize, row_count: usize, target: &mut [T]) {
        (self.job.kernels.block)(Block {
            width: target.len(),
            target,
            parameters: self.parameters,
            source: self.job.source,
            offset: self.offset,
            groups: Loops::NONE,
            first_group: 0,
            rows: self.job.plan.reduced(),
            first_row,
            row_count,
        });
    }
}
