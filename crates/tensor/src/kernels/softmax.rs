//! Softmax and its logarithm, in place, for rows and for columns.
//!
//! The logarithm of the sum of exponentials of x - m, m the largest x, is log(1 + rest), where rest leaves out one 1, that of an x equal to
//! m. Added to 1, a small rest would lose its digits, and with them the logarithm of a probability near 1.

mod columns;
mod cross_entropy;
mod gradient;
mod log_sums;
mod narrow_slopes;
mod turn;

pub(crate) use cross_entropy::KEPT;
pub use cross_entropy::{Against, CrossEntropy};
pub use gradient::SoftmaxGradient;

use columns::softmax_columns;
use log_sums::{Top, exponentials_of, log_sums};

use super::compensated::Compensated;
use super::reduce::folds::{Fold, Sum};
use super::reduce::{LEAF, fold_slice};
use crate::counters::{self, Family};
use crate::math::{self, Real};
use crate::{parallel, simd};

/// Elements from which on two threads are faster: an exponential costs several times as much as an addition.
const THRESHOLD: usize = 1 << 15;

/// Up to this many elements, a row is worked on beside others, as a column of their transpose.
const NARROW: usize = 16;

/// From this many elements on, a row is worked on by itself, in as few passes as there can be; shorter ones would leave vectors unfilled.
const WIDE: usize = 128;

/// Narrow rows worked on side by side: some vectors of them.
const SIDE_BY_SIDE: usize = 32;

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
    Top: Fold<T>,
    Sum: Fold<T>,
{
    counters::kernel(Family::Softmax, || [size_of_val(target); 2]);
    // Wide rows need room for their exponentials besides.
    let elements = if length < WIDE { LEAF } else { 4 * LEAF };
    let block = (elements / length).max(1) * length;
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

/// Rows that are one block together, and the logarithms: those of a block, or one row of any length.
struct Rows<'a, T, const LANES: usize> {
    rows: &'a mut [T],
    length: usize,
    logarithm: bool,
}

impl<T: Number, const LANES: usize> simd::Work for Rows<'_, T, LANES>
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        if self.logarithm {
            logarithms::<T, LANES>(self.rows, self.length);
        } else {
            probabilities::<T, LANES>(self.rows, self.length);
        }
    }
}

#[inline(always)]
fn probabilities<T: Number, const LANES: usize>(rows: &mut [T], length: usize)
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    for row in rows.chunks_exact_mut(length) {
        let largest = fold_slice::<T, Top, LANES>(row, T::default());
        for x in row {
            *x = *x - largest;
        }
    }
    // The exponentials of several short rows at once.
    for x in &mut *rows {
        *x = math::exp_nonpositive(*x);
    }
    for row in rows.chunks_exact_mut(length) {
        let factor = T::of(1.0) / fold_slice::<T, Sum, LANES>(row, T::default());
        for x in row {
            *x = *x * factor;
        }
    }
}

#[inline(always)]
fn logarithms<T: Number, const LANES: usize>(rows: &mut [T], length: usize)
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    let (mut largest, mut sums) = ([T::default(); LEAF / NARROW], [T::default(); LEAF / NARROW]);
    let count = rows.len() / length;
    let (largest, sums) = (&mut largest[..count], &mut sums[..count]);
    log_sums::<T, LANES>(rows, length, largest, sums);
    let results = largest.iter().zip(&*sums);
    for (row, (&largest, &sum)) in rows.chunks_exact_mut(length).zip(results) {
        for x in row {
            *x = (*x - largest) - sum;
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
    Top: Fold<T>,
    Sum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for row in self.rows.chunks_exact_mut(self.length) {
            let largest = fold_slice::<T, Top, LANES>(row, T::default());
            let mut sum = Compensated::default();
            for part in row.chunks_mut(LEAF) {
                sum.add(exponentials_of::<T, LANES>(part, largest));
            }
            let factor = T::of(1.0) / sum.value();
            for x in row {
                *x = *x * factor;
            }
        }
    }
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
    Top: Fold<T>,
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
        for rows in rows.chunks_mut(SIDE_BY_SIDE * length) {
            turn::to_columns(rows, length, &mut columns);
            let columns = &mut columns[..length];
            let (_, sums) = sums_side_by_side(columns, logarithm);
            for column in &mut *columns {
                for (x, &sum) in column.iter_mut().zip(&sums) {
                    *x = if logarithm { *x - sum } else { *x * sum };
                }
            }
            turn::to_rows(columns, rows, length);
        }
    }
}

/// Of the rows whose elements stand below one another, which become differences or exponentials: the largest elements, and what `finish` makes
/// of the sums of exponentials.
#[inline(always)]
fn sums_side_by_side<T: Number>(
    columns: &mut [[T; SIDE_BY_SIDE]],
    logarithm: bool,
) -> ([T; SIDE_BY_SIDE], [T; SIDE_BY_SIDE])
where
    Top: Fold<T>,
{
    let mut largest = [<Top as Fold<T>>::IDENTITY; SIDE_BY_SIDE];
    for column in &*columns {
        for (largest, &x) in largest.iter_mut().zip(column) {
            *largest = Top::combine(*largest, x);
        }
    }
    let mut sums = [T::default(); SIDE_BY_SIDE];
    let mut left = [one_left(logarithm); SIDE_BY_SIDE];
    for column in columns {
        let sums = sums.iter_mut().zip(&mut left);
        for ((x, (sum, left)), &largest) in column.iter_mut().zip(sums).zip(&largest) {
            let difference = *x - largest;
            let exponential = math::exp_nonpositive(difference);
            *sum = *sum + without_one(difference, exponential, left);
            *x = if logarithm { difference } else { exponential };
        }
    }
    finish(&mut sums, logarithm);
    (largest, sums)
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
