//! Folding short rows side by side: most of the time goes to the last few additions of each, which need not wait for each other.

use super::folds::Fold;
use super::rows::{NARROW, combined, fold_chunks, mapped};

/// So many rows are folded together.
pub(super) const TOGETHER: usize = 8;

/// What [`fold_slice`](super::fold_slice) makes of each of the rows, in the same order of operations.
#[inline(always)]
pub(super) fn fold_together<T: Copy, F: Fold<T>>(
    rows: &[T],
    length: usize,
    parameters: &[T; TOGETHER],
) -> [T; TOGETHER] {
    let mut lanes = [[F::IDENTITY; NARROW]; TOGETHER];
    let mut sums = [F::NOTHING; NARROW];
    for ((lanes, row), &parameter) in lanes.iter_mut().zip(rows.chunks_exact(length)).zip(parameters) {
        let mut folded = [F::IDENTITY; NARROW];
        for chunk in row.as_chunks::<NARROW>().0 {
            let chunk = mapped::<T, F, NARROW>(chunk, parameter);
            folded = combined::<T, F, NARROW>(&folded, &chunk);
            if F::QUICK {
                for i in 0..NARROW {
                    sums[i] = F::sum(sums[i], chunk[i]);
                }
            }
        }
        *lanes = folded;
    }
    let mut results = [F::IDENTITY; TOGETHER];
    for (result, lanes) in results.iter_mut().zip(&lanes) {
        *result = halved::<T, F>(lanes);
    }
    // Some NaN, of whichever row.
    let has_nan = F::QUICK && sums.iter().fold(false, |any, &sum| any | F::is_nan(sum));
    if has_nan {
        careful_rows::<T, F>(&mut results, rows, length, parameters);
    }
    let done = length / NARROW * NARROW;
    if done < length {
        let rests = rows.chunks_exact(length).zip(parameters);
        for (result, (row, &parameter)) in results.iter_mut().zip(rests) {
            for &x in &row[done..] {
                *result = F::combine(*result, F::map(x, parameter));
            }
        }
    }
    for result in &mut results {
        *result = F::combine(F::IDENTITY, *result);
    }
    results
}

#[cold]
#[inline(never)]
fn careful_rows<T: Copy, F: Fold<T>>(
    results: &mut [T; TOGETHER],
    rows: &[T],
    length: usize,
    parameters: &[T; TOGETHER],
) {
    let rows = rows.chunks_exact(length).zip(parameters);
    for (result, (row, &parameter)) in results.iter_mut().zip(rows) {
        *result = fold_chunks::<T, F, NARROW>(row.as_chunks().0, &[], parameter);
    }
}

/// Halves onto halves.
#[inline(always)]
fn halved<T: Copy, F: Fold<T>>(lanes: &[T; NARROW]) -> T {
    let [a, b, c, d, e, f, g, h] = *lanes;
    let quarters = [F::quick(a, e), F::quick(b, f), F::quick(c, g), F::quick(d, h)];
    F::quick(
        F::quick(quarters[0], quarters[2]),
        F::quick(quarters[1], quarters[3]),
    )
}
