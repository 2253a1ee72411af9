//! Softmax and its logarithm down columns.

use std::marker::PhantomData;

use super::log_sums::Top;
use super::{Number, THRESHOLD, finish, one_left, without_one};
use crate::kernels::compensated::Compensated;
use crate::kernels::reduce::folds::{Fold, Sum};
use crate::{math, parallel, simd};

/// Columns worked on at a time: as many lines of the cache in a row of memory as are fetched ahead.
pub(super) const COLUMNS: usize = 128;

/// Rows whose exponentials are added one after another.
const ROWS: usize = 128;

pub(super) fn softmax_columns<T: Number>(rows: &mut [&mut [T]], logarithm: bool, threads: bool)
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    let columns = rows.first().map_or(0, |row| row.len());
    let middle = (columns / 2).next_multiple_of(COLUMNS);
    if !threads || rows.len() * columns <= THRESHOLD / 2 || middle >= columns {
        return simd::dispatch(Columns {
            rows,
            logarithm,
            element: PhantomData,
        });
    }
    let (mut left, mut right): (Vec<_>, Vec<_>) = rows.iter_mut().map(|row| row.split_at_mut(middle)).unzip();
    parallel::join(
        &mut || softmax_columns(&mut left, logarithm, threads),
        &mut || softmax_columns(&mut right, logarithm, threads),
    );
}

struct Columns<'a, 'b, T> {
    rows: &'a mut [&'b mut [T]],
    logarithm: bool,
    element: PhantomData<T>,
}

impl<T: Number> simd::Work for Columns<'_, '_, T>
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let columns = self.rows.first().map_or(0, |row| row.len());
        let whole = columns - columns % COLUMNS;
        for column in (0..whole).step_by(COLUMNS) {
            // A length known to the compiler.
            softmax_tile(self.rows, self.logarithm, column, COLUMNS);
        }
        if whole < columns {
            softmax_tile(self.rows, self.logarithm, whole, columns - whole);
        }
    }
}

/// Columns from `start` on, no more than `COLUMNS`.
#[inline(always)]
fn softmax_tile<T: Number>(rows: &mut [&mut [T]], logarithm: bool, start: usize, width: usize)
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    let mut largest = [<Top as Fold<T>>::IDENTITY; COLUMNS];
    for row in &*rows {
        for (largest, &x) in largest.iter_mut().zip(&row[start..start + width]) {
            *largest = Top::combine(*largest, x);
        }
    }
    let mut sums = [Compensated::default(); COLUMNS];
    let mut left = [one_left(logarithm); COLUMNS];
    for rows in rows.chunks_mut(ROWS) {
        let mut parts = [T::default(); COLUMNS];
        for row in rows {
            let row = row[start..start + width].iter_mut();
            let parts = parts.iter_mut().zip(&mut left);
            for ((x, (part, left)), &largest) in row.zip(parts).zip(&largest) {
                let difference = *x - largest;
                let exponential = math::exp_nonpositive(difference);
                *part = *part + without_one(difference, exponential, left);
                *x = if logarithm { difference } else { exponential };
            }
        }
        for (sum, &part) in sums.iter_mut().zip(&parts) {
            sum.add(part);
        }
    }
    let mut sums = sums.map(Compensated::value);
    finish(&mut sums, logarithm);
    for row in rows {
        for (x, &sum) in row[start..start + width].iter_mut().zip(&sums) {
            *x = if logarithm { *x - sum } else { *x * sum };
        }
    }
}
