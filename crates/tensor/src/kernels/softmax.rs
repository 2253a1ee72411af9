//! Softmax and its logarithm, in place, for rows and for columns.
//!
//! The logarithm of the sum of exponentials of x - m, m the largest x, is log(1 + rest), where rest leaves out one 1, that of an x equal to
//! m. Added to 1, a small rest would lose its digits, and with them the logarithm of a probability near 1.

use std::marker::PhantomData;

use super::compensated::Compensated;
use super::reduce::folds::{Fold, Maximum, Sum};
use super::reduce::{LEAF, fold_slice};
use crate::counters::{self, Family};
use crate::math::{self, Real};
use crate::{parallel, simd};

/// Elements from which on two threads are faster: an exponential costs several times as much as an addition.
const THRESHOLD: usize = 1 << 15;

/// Columns worked on at a time: as many lines of the cache in a row of memory as are fetched ahead.
const COLUMNS: usize = 128;

/// Up to this many elements, a row is worked on beside others, as a column of their transpose.
const NARROW: usize = 16;

/// From this many elements on, a row is worked on by itself, in as few passes as there can be; shorter ones would leave vectors unfilled.
const WIDE: usize = 128;

/// Narrow rows worked on side by side: some vectors of them.
const SIDE_BY_SIDE: usize = 32;

/// Differences that are compared before asking whether one of them was 0.
const CHUNK: usize = 64;

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
            } else if length >= WIDE && !logarithm {
                simd::dispatch(Wide::<T, LANES> { rows, length });
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
        // Whether the 1 is still in the sum of a long row.
        let mut is_whole = true;
        for block in rows.chunks_mut(LEAF) {
            let exponentials = &mut exponentials[..block.len()];
            for (e, &x) in exponentials.iter_mut().zip(&*block) {
                *e = math::exp(x);
            }
            let parts = exponentials.chunks_mut(length).zip(block.chunks(length));
            for (i, (part, differences)) in parts.enumerate() {
                sums[i] = fold_slice::<T, Sum, LANES>(part, T::default());
                if !logarithm || !is_whole {
                    continue;
                }
                if let Some(rest) = without_one_of::<T, LANES>(sums[i], part, differences) {
                    sums[i] = rest;
                    is_whole = length <= LEAF;
                } else if length <= LEAF {
                    sums[i] = sums[i] - T::of(1.0);
                }
            }
            long.add(sums[0]);
            if !logarithm {
                block.copy_from_slice(exponentials);
            }
        }
        if length > LEAF {
            let one = if logarithm && is_whole {
                T::of(1.0)
            } else {
                T::default()
            };
            sums[0] = long.value() - one;
        }
        finish(sums, logarithm);
        for (row, &sum) in rows.chunks_exact_mut(length).zip(&*sums) {
            for x in row {
                *x = if logarithm { *x - sum } else { *x * sum };
            }
        }
    }
}

/// Rows of `WIDE` elements or more, for their softmax alone.
struct Wide<'a, T, const LANES: usize> {
    rows: &'a mut [T],
    length: usize,
}

impl<T: Number, const LANES: usize> simd::Work for Wide<'_, T, LANES>
where
    Maximum: Fold<T>,
    Sum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for row in self.rows.chunks_exact_mut(self.length) {
            let largest = fold_slice::<T, Maximum, LANES>(row, T::default());
            let mut sum = Compensated::default();
            for part in row.chunks_mut(LEAF) {
                for x in &mut *part {
                    *x = math::exp(*x - largest);
                }
                sum.add(fold_slice::<T, Sum, LANES>(part, T::default()));
            }
            let factor = T::of(1.0) / sum.value();
            for x in row {
                *x = *x * factor;
            }
        }
    }
}

/// Where the first 0 is.
#[inline(always)]
fn first_zero<T: Number>(differences: &[T]) -> Option<usize> {
    let is_zero = |x: &T| *x == T::default();
    let (chunks, _) = differences.as_chunks::<CHUNK>();
    let here = |chunk: &[T; CHUNK]| chunk.iter().fold(false, |found, x| found | is_zero(x));
    let start = chunks.iter().position(here).unwrap_or(chunks.len()) * CHUNK;
    differences[start..]
        .iter()
        .position(is_zero)
        .map(|place| start + place)
}

/// The sum of exponentials without the 1 of a difference of 0, if it is there and the others are small beside it; else 1 can be subtracted
/// at the end.
#[inline(always)]
fn without_one_of<T: Number, const LANES: usize>(
    sum: T,
    exponentials: &mut [T],
    differences: &[T],
) -> Option<T>
where
    Sum: Fold<T>,
{
    if !(sum >= T::of(1.0) && sum < T::of(1.5)) {
        return None;
    }
    let place = first_zero(differences)?;
    exponentials[place] = T::default();
    Some(fold_slice::<T, Sum, LANES>(exponentials, T::default()))
}

/// The exponential of `difference`; without 1, and 0 left of it, for the first difference of 0.
#[inline(always)]
fn without_one<T: Number>(difference: T, exponential: T, left: &mut T) -> T {
    let zero = T::default();
    let one = if difference == zero { *left } else { zero };
    *left = *left - one;
    exponential - one
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
    let mut left = [one_left(logarithm); SIDE_BY_SIDE];
    for column in &mut *columns {
        let sums = sums.iter_mut().zip(&mut left);
        for ((x, (sum, left)), &largest) in column.iter_mut().zip(sums).zip(&largest) {
            let difference = *x - largest;
            let exponential = math::exp(difference);
            *sum = *sum + without_one(difference, exponential, left);
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

/// The 1 to leave out of a sum of exponentials: only the logarithm needs what is left.
#[inline(always)]
fn one_left<T: Number>(logarithm: bool) -> T {
    if logarithm { T::of(1.0) } else { T::default() }
}

/// Turns the sums of exponentials into the factors of these, or, without a 1, into what to subtract from the logarithms.
#[inline(always)]
fn finish<T: Number>(sums: &mut [T], logarithm: bool) {
    for sum in sums {
        *sum = if logarithm {
            math::log1p(*sum)
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
    let mut left = [one_left(logarithm); COLUMNS];
    for rows in rows.chunks_mut(ROWS) {
        let mut parts = [T::default(); COLUMNS];
        for row in rows {
            let row = row[start..start + width].iter_mut();
            let parts = parts.iter_mut().zip(&mut left);
            for ((x, (part, left)), &largest) in row.zip(parts).zip(&largest) {
                let difference = *x - largest;
                let exponential = math::exp(difference);
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
