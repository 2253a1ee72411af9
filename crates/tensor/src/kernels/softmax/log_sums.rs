//! The largest element of each row and the logarithm of the sum of the exponentials of the others' distances from it, of which nothing
//! else is written.

use super::Number;
use crate::kernels::compensated::Compensated;
use crate::kernels::reduce::folds::{Fold, Maximum, Sum};
use crate::kernels::reduce::{LEAF, fold_slice};
use crate::math;

/// Differences that are compared before asking whether one of them was 0.
const CHUNK: usize = 64;

/// Of rows that are one block together, or of one row of any length: m and log Σ exp(x - m).
#[inline(always)]
pub(super) fn log_sums<T: Number, const LANES: usize>(
    rows: &[T],
    length: usize,
    largest: &mut [T],
    sums: &mut [T],
) where
    Maximum: Fold<T>,
    Sum: Fold<T>,
{
    let (mut differences, mut exponentials) = ([T::default(); LEAF], [T::default(); LEAF]);
    if length > LEAF {
        largest[0] = fold_slice::<T, Maximum, LANES>(rows, T::default());
        let rest = long_rest::<T, LANES>(rows, largest[0], &mut differences, &mut exponentials);
        sums[0] = math::log1p(rest);
        return;
    }
    let (differences, exponentials) = (
        &mut differences[..rows.len()],
        &mut exponentials[..rows.len()],
    );
    let parts = differences.chunks_exact_mut(length).zip(rows.chunks_exact(length));
    for ((differences, row), to) in parts.zip(&mut *largest) {
        let largest = fold_slice::<T, Maximum, LANES>(row, T::default());
        for (difference, &x) in differences.iter_mut().zip(row) {
            *difference = x - largest;
        }
        *to = largest;
    }
    for (exponential, &difference) in exponentials.iter_mut().zip(&*differences) {
        *exponential = math::exp_nonpositive(difference);
    }
    let parts = exponentials.chunks_exact_mut(length).zip(differences.chunks_exact(length));
    for ((exponentials, differences), to) in parts.zip(&mut *sums) {
        let sum = fold_slice::<T, Sum, LANES>(exponentials, T::default());
        *to = match without_one_of::<T, LANES>(sum, exponentials, differences) {
            Some(rest) => rest,
            None => sum - T::of(1.0),
        };
    }
    for sum in sums {
        *sum = math::log1p(*sum);
    }
}

/// The sum of the exponentials of a long row without one 1.
#[inline(always)]
fn long_rest<T: Number, const LANES: usize>(
    row: &[T],
    largest: T,
    differences: &mut [T; LEAF],
    exponentials: &mut [T; LEAF],
) -> T
where
    Sum: Fold<T>,
{
    let mut sum = Compensated::default();
    let mut is_whole = true;
    for part in row.chunks(LEAF) {
        let (differences, exponentials) = (
            &mut differences[..part.len()],
            &mut exponentials[..part.len()],
        );
        for ((difference, exponential), &x) in differences.iter_mut().zip(&mut *exponentials).zip(part) {
            *difference = x - largest;
            *exponential = math::exp_nonpositive(*difference);
        }
        let mut part = fold_slice::<T, Sum, LANES>(exponentials, T::default());
        if is_whole && let Some(rest) = without_one_of::<T, LANES>(part, exponentials, differences) {
            part = rest;
            is_whole = false;
        }
        sum.add(part);
    }
    sum.value() - if is_whole { T::of(1.0) } else { T::default() }
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
