//! The largest element of each row and the logarithm of the sum of the exponentials of the others' distances from it, of which nothing
//! else is written.

use super::{Number, WIDE};
use crate::kernels::compensated::Compensated;
use crate::kernels::reduce::folds::{Fold, Sum};
use crate::kernels::reduce::{LEAF, fold_slice};
use crate::math;

/// Elements that are looked at before asking whether one of them was what is looked for.
const CHUNK: usize = 64;

/// The larger one, without regard for NaN: where one is, the exponentials' sum is NaN too.
#[derive(Debug)]
pub(super) struct Top;

macro_rules! top {
    ($($t:ident)*) => { $(
        impl Fold<$t> for Top {
            const IDENTITY: $t = $t::NEG_INFINITY;
            const COST: u32 = 20;
            const EVERY_LEVEL: bool = true;

            #[inline(always)]
            fn combine(x: $t, y: $t) -> $t {
                if y > x { y } else { x }
            }
        }
    )* };
}
top! { f32 f64 }

/// Of rows of `WIDE` elements or more, or of shorter ones that are one block together: m and log Σ exp(x - m).
#[inline(always)]
pub(super) fn log_sums<T: Number, const LANES: usize>(
    rows: &[T],
    length: usize,
    largest: &mut [T],
    sums: &mut [T],
) where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    if length < WIDE {
        short_rests::<T, LANES>(rows, length, largest, sums);
    } else {
        let mut exponentials = [T::default(); LEAF];
        let results = largest.iter_mut().zip(&mut *sums);
        for (row, (largest, rest)) in rows.chunks_exact(length).zip(results) {
            *largest = fold_slice::<T, Top, LANES>(row, T::default());
            *rest = rest_of::<T, LANES>(row, *largest, &mut exponentials);
        }
    }
    for sum in sums {
        *sum = math::log1p(*sum);
    }
}

/// The largest elements of a block of short rows, and the sums of exponentials without one 1.
#[inline(always)]
fn short_rests<T: Number, const LANES: usize>(rows: &[T], length: usize, largest: &mut [T], rests: &mut [T])
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    let (mut differences, mut exponentials) = ([T::default(); LEAF], [T::default(); LEAF]);
    let (differences, exponentials) = (&mut differences[..rows.len()], &mut exponentials[..rows.len()]);
    let parts = differences
        .chunks_exact_mut(length)
        .zip(rows.chunks_exact(length));
    for ((differences, row), to) in parts.zip(largest) {
        let largest = fold_slice::<T, Top, LANES>(row, T::default());
        for (difference, &x) in differences.iter_mut().zip(row) {
            *difference = x - largest;
        }
        *to = largest;
    }
    for (exponential, &difference) in exponentials.iter_mut().zip(&*differences) {
        *exponential = math::exp_nonpositive(difference);
    }
    let parts = exponentials
        .chunks_exact_mut(length)
        .zip(differences.chunks_exact(length));
    for ((exponentials, differences), rest) in parts.zip(rests) {
        let sum = fold_slice::<T, Sum, LANES>(exponentials, T::default());
        let without_one = without_one_of::<T, LANES>(sum, exponentials, differences, T::default());
        *rest = without_one.unwrap_or(sum - T::of(1.0));
    }
}

/// The sum of the exponentials of a row without one 1.
#[inline(always)]
fn rest_of<T: Number, const LANES: usize>(row: &[T], largest: T, exponentials: &mut [T; LEAF]) -> T
where
    Sum: Fold<T>,
{
    let mut sum = Compensated::default();
    let mut is_whole = true;
    for part in row.chunks(LEAF) {
        let exponentials = &mut exponentials[..part.len()];
        exponentials.copy_from_slice(part);
        let mut part_sum = exponentials_of::<T, LANES>(exponentials, largest);
        if is_whole && let Some(rest) = without_one_of::<T, LANES>(part_sum, exponentials, part, largest) {
            part_sum = rest;
            is_whole = false;
        }
        sum.add(part_sum);
    }
    sum.value() - if is_whole { T::of(1.0) } else { T::default() }
}

/// Makes exponentials of the distances from the largest, and returns their sum.
#[inline(always)]
pub(super) fn exponentials_of<T: Number, const LANES: usize>(part: &mut [T], largest: T) -> T
where
    Sum: Fold<T>,
{
    let mut sums = [T::default(); LANES];
    let (chunks, rest) = part.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for x in &mut *chunk {
            *x = math::exp_nonpositive(*x - largest);
        }
        for (sum, &x) in sums.iter_mut().zip(&*chunk) {
            *sum = *sum + x;
        }
    }
    for x in &mut *rest {
        *x = math::exp_nonpositive(*x - largest);
    }
    for (sum, &x) in sums.iter_mut().zip(&*rest) {
        *sum = *sum + x;
    }
    fold_slice::<T, Sum, LANES>(&sums, T::default())
}

/// Where the first element is of which this holds.
#[inline(always)]
pub(super) fn first<T: Number>(elements: &[T], holds: impl Fn(&T) -> bool) -> Option<usize> {
    let (chunks, _) = elements.as_chunks::<CHUNK>();
    let here = |chunk: &[T; CHUNK]| chunk.iter().fold(false, |found, x| found | holds(x));
    let start = chunks.iter().position(here).unwrap_or(chunks.len()) * CHUNK;
    elements[start..]
        .iter()
        .position(holds)
        .map(|place| start + place)
}

/// The sum of exponentials without the 1 of the first element that is the largest, if it is here and the others are small beside it; else 1 can
/// be subtracted at the end.
#[inline(always)]
fn without_one_of<T: Number, const LANES: usize>(
    sum: T,
    exponentials: &mut [T],
    elements: &[T],
    largest: T,
) -> Option<T>
where
    Sum: Fold<T>,
{
    if !(sum >= T::of(1.0) && sum < T::of(1.5)) {
        return None;
    }
    let place = first(elements, |&x| x == largest)?;
    exponentials[place] = T::default();
    Some(fold_slice::<T, Sum, LANES>(exponentials, T::default()))
}
