//! Softmax and its logarithm, in place, for rows and for columns.

use std::marker::PhantomData;

use super::compensated::Compensated;
use super::reduce::folds::{Fold, Maximum, Sum};
use super::reduce::{LEAF, fold_slice};
use crate::counters::{self, Family};
use crate::math::{self, Real};
use crate::{parallel, simd};

/// Elements from which on two threads are faster: an exponential costs several times as much as an addition.
const THRESHOLD: usize = 1 << 15;

/// Columns worked on at a time.
const COLUMNS: usize = 32;

/// Up to this many elements, a row is worked on beside others, as a column of their transpose.
const NARROW: usize = 16;

/// Narrow rows worked on side by side: some vectors of them.
const SIDE_BY_SIDE: usize = 32;

/// Rows whose exponentials are added one after another.
const ROWS: usize = 128;

pub trait Softmax: Sized {
    /// Replaces every row of `length` elements, which `read(start, rows)` provides, by its softmax or the logarithm of that.
    fn softmax_rows(
        target: &mut [Self],
        length: usize,
        logarithm: bool,
        read: &(dyn Fn(usize, &mut [Self]) + Sync),
    );

    /// The same down the columns of matrices of `length` rows.
    fn softmax_columns(target: &mut [Self], length: usize, columns: usize, logarithm: bool);
}

macro_rules! softmax {
    ($($t:ty, $lanes:literal;)*) => { $(
        impl Softmax for $t {
            #[inline(never)]
            fn softmax_rows(
                target: &mut [Self],
                length: usize,
                logarithm: bool,
                read: &(dyn Fn(usize, &mut [Self]) + Sync),
            ) {
                softmax_rows::<$t, $lanes>(target, length, logarithm, read);
            }

            #[inline(never)]
            fn softmax_columns(target: &mut [Self], length: usize, columns: usize, logarithm: bool) {
                counters::kernel(Family::Softmax, || [size_of_val(target); 2]);
                let matrix = length * columns;
                let threads = parallel::pays(matrix, THRESHOLD);
                parallel::for_each_piece_of_rows(target, matrix, THRESHOLD, |_, piece| {
                    for matrix in piece.chunks_mut(matrix) {
                        let mut rows: Vec<_> = matrix.chunks_mut(columns).collect();
                        softmax_columns(&mut rows, logarithm, threads);
                    }
                });
            }
        }
    )* };
}
softmax! { f32, 64; f64, 32; }

/// What the formulas need of a type.
trait Number: Real + Default + Send + Sync {}
impl Number for f32 {}
impl Number for f64 {}

fn softmax_rows<T: Number, const LANES: usize>(
    target: &mut [T],
    length: usize,
    logarithm: bool,
    read: &(dyn Fn(usize, &mut [T]) + Sync),
) where
    Maximum: Fold<T>,
    Sum: Fold<T>,
{
    counters::kernel(Family::Softmax, || [size_of_val(target); 2]);
    let block = (LEAF / length).max(1) * length;
    parallel::for_each_piece_of_rows(target, length, THRESHOLD, |start, piece| {
        for (i, rows) in piece.chunks_mut(block).enumerate() {
            read(start + i * block, rows);
            if length <= NARROW {
                simd::dispatch(Narrow {
                    rows,
                    length,
                    logarithm,
                });
            } else {
                simd::dispatch(Rows::<T, LANES> {
                    rows,
                    length,
                    logarithm,
                });
            }
        }
    });
}

/// Rows that are one block together, or one row of any length.
struct Rows<'a, T, const LANES: usize> {
    rows: &'a mut [T],
    length: usize,
    logarithm: bool,
}

impl<T: Number, const LANES: usize> simd::Work for Rows<'_, T, LANES>
where
    Maximum: Fold<T>,
    Sum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            rows,
            length,
            logarithm,
        } = self;
        let mut sums = [T::default(); LEAF];
        let sums = &mut sums[..rows.len() / length];
        let mut exponentials = [T::default(); LEAF];
        for row in rows.chunks_exact_mut(length) {
            let largest = fold_slice::<T, Maximum, LANES>(row, T::default());
            for x in row {
                *x = *x - largest;
            }
        }
        // The exponentials of several short rows at once, or of a long row in parts.
        let mut long = Compensated::default();
        for block in rows.chunks_mut(LEAF) {
            let exponentials = &mut exponentials[..block.len()];
            for (e, &x) in exponentials.iter_mut().zip(&*block) {
                *e = math::exp(x);
            }
            let parts = exponentials.chunks(length);
            for (i, part) in parts.enumerate() {
                sums[i] = fold_slice::<T, Sum, LANES>(part, T::default());
            }
            long.add(sums[0]);
            if !logarithm {
                block.copy_from_slice(exponentials);
            }
        }
        if length > LEAF {
            sums[0] = long.value();
        }
        finish(sums, logarithm);
        for (row, &sum) in rows.chunks_exact_mut(length).zip(&*sums) {
            for x in row {
                *x = if logarithm { *x - sum } else { *x * sum };
            }
        }
    }
}

/// Rows of no more than `NARROW` elements.
struct Narrow<'a, T> {
    rows: &'a mut [T],
    length: usize,
    logarithm: bool,
}

impl<T: Number> simd::Work for Narrow<'_, T>
where
    Maximum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            rows,
            length,
            logarithm,
        } = self;
        let mut columns = [[T::default(); SIDE_BY_SIDE]; NARROW];
        let columns = &mut columns[..length];
        for rows in rows.chunks_mut(SIDE_BY_SIDE * length) {
            for (i, row) in rows.chunks_exact(length).enumerate() {
                for (column, &x) in columns.iter_mut().zip(row) {
                    column[i] = x;
                }
            }
            softmax_side_by_side(columns, logarithm);
            for (i, row) in rows.chunks_exact_mut(length).enumerate() {
                for (x, column) in row.iter_mut().zip(&*columns) {
                    *x = column[i];
                }
            }
        }
    }
}

/// Softmax of the rows whose elements stand below one another.
#[inline(always)]
fn softmax_side_by_side<T: Number>(columns: &mut [[T; SIDE_BY_SIDE]], logarithm: bool)
where
    Maximum: Fold<T>,
{
    let mut largest = [<Maximum as Fold<T>>::IDENTITY; SIDE_BY_SIDE];
    for column in &*columns {
        for (largest, &x) in largest.iter_mut().zip(column) {
            *largest = Maximum::combine(*largest, x);
        }
    }
    let mut sums = [T::default(); SIDE_BY_SIDE];
    for column in &mut *columns {
        for ((x, sum), &largest) in column.iter_mut().zip(&mut sums).zip(&largest) {
            let difference = *x - largest;
            let exponential = math::exp(difference);
            *sum = *sum + exponential;
            *x = if logarithm { difference } else { exponential };
        }
    }
    finish(&mut sums, logarithm);
    for column in columns {
        for (x, &sum) in column.iter_mut().zip(&sums) {
            *x = if logarithm { *x - sum } else { *x * sum };
        }
    }
}

/// Turns the sums of exponentials into what to subtract from the logarithms, or into the factors of the exponentials.
#[inline(always)]
fn finish<T: Number>(sums: &mut [T], logarithm: bool) {
    for sum in sums {
        *sum = if logarithm {
            math::log(*sum)
        } else {
            T::of(1.0) / *sum
        };
    }
}

fn softmax_columns<T: Number>(rows: &mut [&mut [T]], logarithm: bool, threads: bool)
where
    Maximum: Fold<T>,
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
    Maximum: Fold<T>,
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
    Maximum: Fold<T>,
    Sum: Fold<T>,
{
    let mut largest = [<Maximum as Fold<T>>::IDENTITY; COLUMNS];
    for row in &*rows {
        for (largest, &x) in largest.iter_mut().zip(&row[start..start + width]) {
            *largest = Maximum::combine(*largest, x);
        }
    }
    let mut sums = [Compensated::default(); COLUMNS];
    for rows in rows.chunks_mut(ROWS) {
        let mut parts = [T::default(); COLUMNS];
        for row in rows {
            let row = row[start..start + width].iter_mut();
            for ((x, part), &largest) in row.zip(&mut parts).zip(&largest) {
                let difference = *x - largest;
                let exponential = math::exp(difference);
                *part = *part + exponential;
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
