//! Folding rows onto each other, element by element.

use std::marker::PhantomData;

use super::Job;
use super::folds::{self, Fold};
use super::plan::Loops;
use crate::{parallel, simd};

/// Rows that are folded without a tree.
const ROWS: usize = 128;

/// Columns that share a tree: the partial results of all its levels stay in the cache.
const COLUMNS: usize = 256;

/// A few rows, `width` columns of them, for each step of the kept loops outside the columns.
struct Block<'a, T, F, const LANES: usize> {
    target: &'a mut [T],
    source: &'a [T],
    /// As long as the target, or empty.
    parameters: &'a [T],
    /// Where the columns of each group of rows begin.
    outer: &'a Loops,
    outer_start: usize,
    offset: usize,
    rows: &'a Loops,
    first_row: usize,
    row_count: usize,
    width: usize,
    fold: PhantomData<F>,
}

impl<T: Copy + Default, F: Fold<T>, const LANES: usize> simd::Work for Block<'_, T, F, LANES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut rows = [0; ROWS];
        let rows = &mut rows[..self.row_count];
        for (row, position) in rows.iter_mut().zip(self.rows.walk(self.first_row)) {
            *row = position;
        }
        let groups = self.target.chunks_mut(self.width);
        let outer = self.outer.walk(self.outer_start);
        for (group, (target, position)) in groups.zip(outer).enumerate() {
            let offset = self.offset.wrapping_add_signed(position);
            let parameters = self.parameters.get(group * self.width..).unwrap_or(&[]);
            let columns = Columns::<T, F> {
                source: self.source,
                rows,
                offset,
                parameters,
                fold: PhantomData,
            };
            let mut column = 0;
            if LANES >= 64 {
                columns.fold::<32, 2>(target, &mut column);
            }
            columns.fold::<16, 2>(target, &mut column);
            columns.fold::<8, 4>(target, &mut column);
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

    /// `WIDTH` columns; every `PARTS`-th row is folded apart from the others, so that none waits for the one before.
    #[inline(always)]
    fn tile<const WIDTH: usize, const PARTS: usize>(&self, column: usize) -> [T; WIDTH] {
        let mut parameters = [T::default(); WIDTH];
        if let Some(given) = self.parameters.get(column..column + WIDTH) {
            parameters.copy_from_slice(given);
        }
        let offset = self.offset + column;
        let mut parts = [[F::IDENTITY; WIDTH]; PARTS];
        let (groups, rest) = self.rows.as_chunks::<PARTS>();
        for group in groups {
            for (part, &position) in parts.iter_mut().zip(group) {
                self.row(part, offset.wrapping_add_signed(position), &parameters);
            }
        }
        for (part, &position) in parts.iter_mut().zip(rest) {
            self.row(part, offset.wrapping_add_signed(position), &parameters);
        }
        let mut half = PARTS / 2;
        while half > 0 {
            let (first, second) = parts.split_at_mut(half);
            for (x, y) in first.as_flattened_mut().iter_mut().zip(second.as_flattened()) {
                *x = F::combine(*x, *y);
            }
            half /= 2;
        }
        parts[0]
    }

    #[inline(always)]
    fn row<const WIDTH: usize>(&self, part: &mut [T; WIDTH], from: usize, parameters: &[T; WIDTH]) {
        let row = &self.source[from..from + WIDTH];
        for i in 0..WIDTH {
            part[i] = F::combine(part[i], F::map(row[i], parameters[i]));
        }
    }
}

/// The innermost kept elements lie one after another.
pub fn fold_columns<T, F, const LANES: usize>(target: &mut [T], job: &Job<'_, T>)
where
    T: Copy + Default + Send + Sync,
    F: Fold<T>,
{
    let (columns, _) = job.plan.kept.inner();
    let outer = job.plan.kept.outer();
    let rows = job.plan.reduced.count();
    parallel::divide(target, 0, columns, job.grain(1), &|start, target: &mut [T]| {
        let outer_start = start / columns;
        if rows <= ROWS && columns <= COLUMNS {
            folds::run::<T, F, _>(Block::<T, F, LANES> {
                target,
                source: job.source,
                parameters: job.parameters.get(start..).unwrap_or(&[]),
                outer: &outer,
                outer_start,
                offset: job.plan.offset,
                rows: &job.plan.reduced,
                first_row: 0,
                row_count: rows,
                width: columns,
                fold: PhantomData,
            });
            return;
        }
        for (i, (target, position)) in target
            .chunks_mut(columns)
            .zip(outer.walk(outer_start))
            .enumerate()
        {
            let offset = job.plan.offset.wrapping_add_signed(position);
            let start = start + i * columns;
            parallel::divide(target, 0, COLUMNS, job.grain(1), &|column, target: &mut [T]| {
                for (i, target) in target.chunks_mut(COLUMNS).enumerate() {
                    let column = column + i * COLUMNS;
                    let parameters = job.parameters.get(start + column..).unwrap_or(&[]);
                    let tree = Tree::<T, F, LANES> {
                        job,
                        parameters,
                        offset: offset + column,
                        fold: PhantomData,
                    };
                    tree.fold(0, rows, target);
                }
            });
        }
    });
}

/// Many rows, some columns of them.
struct Tree<'a, T, F, const LANES: usize> {
    job: &'a Job<'a, T>,
    parameters: &'a [T],
    offset: usize,
    fold: PhantomData<F>,
}

impl<T: Copy + Default + Send + Sync, F: Fold<T>, const LANES: usize> Tree<'_, T, F, LANES> {
    fn fold(&self, start: usize, end: usize, target: &mut [T]) {
        let count = end - start;
        if count <= ROWS {
            folds::run::<T, F, _>(Block::<T, F, LANES> {
                width: target.len(),
                target,
                source: self.job.source,
                parameters: self.parameters,
                outer: &Loops::single(1, 0),
                outer_start: 0,
                offset: self.offset,
                rows: &self.job.plan.reduced,
                first_row: start,
                row_count: count,
                fold: PhantomData,
            });
            return;
        }
        let middle = start + (count / 2).next_multiple_of(ROWS);
        let mut others = [F::IDENTITY; COLUMNS];
        let others = &mut others[..target.len()];
        if count > self.job.grain(target.len()) {
            parallel::join(
                &mut || self.fold(start, middle, target),
                &mut || self.fold(middle, end, others),
            );
        } else {
            self.fold(start, middle, target);
            self.fold(middle, end, others);
        }
        for (x, &y) in target.iter_mut().zip(&*others) {
            *x = F::combine(*x, y);
        }
    }
}
