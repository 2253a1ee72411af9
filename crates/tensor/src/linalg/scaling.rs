//! Powers of two, taken out of a matrix before a decomposition and put into its results: no digit changes, and squares and products of very
//! large or small elements stay in the range of their type.

use nalgebra::{DMatrix, Dyn, LU, RealField};

use crate::{Float, Result, math};

/// The whole number `e` for which `2^e <= |x| < 2^(e+1)`; `x` is finite and not 0.
pub(super) fn exponent(x: f64) -> i32 {
    // A number below the smallest normal one has its exponent not in its bits.
    const LIFT: i32 = 64;
    let size = x.abs();
    if size < f64::MIN_POSITIVE {
        return exponent(size * power_of_two(LIFT)) - LIFT;
    }
    (size.to_bits() >> 52) as i32 - 1023
}

/// `2^e` for `-1022 <= e <= 1023`.
pub(super) fn power_of_two(e: i32) -> f64 {
    f64::from_bits(((e + 1023) as u64) << 52)
}

/// `x 2^e`, rounded once.
pub(super) fn times_power(x: f64, e: i64) -> f64 {
    if x == 0.0 || e == 0 || !x.is_finite() {
        return x;
    }
    let own = exponent(x);
    // Beyond these the result is 0 or infinite. The first two products are exact: of a number from 1 to 2, and to a normal number.
    let e = e.saturating_add(own.into()).clamp(-1200, 1200) as i32;
    let (half, first) = (e / 2, own / 2);
    x * power_of_two(-first) * power_of_two(first - own) * power_of_two(half) * power_of_two(e - half)
}

/// `x 2^e` in the type of `x`.
pub(super) fn times_power_of<T: Float>(x: T, e: i32) -> T {
    T::from_f64(times_power(x.to_f64(), e.into()))
}

/// The exponent of the largest of some elements, 0 if all are 0.
pub(super) fn largest_exponent<'a, T: Float>(elements: impl IntoIterator<Item = &'a T>) -> i32 {
    let sizes = elements.into_iter().map(|x| x.to_f64().abs());
    match sizes.fold(0.0, f64::max) {
        0.0 => 0,
        largest => exponent(largest),
    }
}

/// The exponent of the smallest number with all its digits, negative.
fn least_exponent<T: Float>() -> i32 {
    exponent(T::MIN_NORMAL.to_f64())
}

/// Whether sums of products of three numbers of such a size are in range.
pub(super) fn is_moderate<T: Float>(exponent: i32) -> bool {
    exponent.unsigned_abs() <= least_exponent::<T>().unsigned_abs() / 4
}

/// Whether all elements but zeros have a moderate size, so that there is no need of any care.
pub(super) fn is_plain<T: Float>(elements: &[T]) -> bool {
    let most = power_of_two(least_exponent::<T>() / -4);
    let (least, end) = (1.0 / most, 2.0 * most);
    // Without a way out before the end, so that it is vectorized.
    elements.iter().fold(true, |plain, x| {
        let size = x.to_f64().abs();
        plain & ((size == 0.0) | ((size >= least) & (size < end)))
    })
}

/// How far apart the sizes of rows, or columns, may be without being brought together.
const UNEVEN: i32 = 8;

/// How often sizes are brought together by half of what they differ: enough for the widest range of exponents.
const ROUNDS: usize = 12;

/// The powers of two that the rows and the columns of a matrix are divided by.
#[derive(Debug)]
pub(super) struct Balance {
    pub(super) rows: Vec<i32>,
    pub(super) columns: Vec<i32>,
}

impl Balance {
    /// One power for all, where there is a need of one at all; one for each row and column where some are much larger than others.
    pub(super) fn of<T: Float + RealField>(matrix: &DMatrix<T>) -> Self {
        let (rows, columns) = (matrix.nrows(), matrix.ncols());
        let (mut row_tops, mut column_tops) = (vec![0.0_f64; rows], vec![0.0_f64; columns]);
        for (column, top) in matrix.column_iter().zip(&mut column_tops) {
            for (x, row_top) in column.iter().zip(&mut row_tops) {
                let size = x.to_f64().abs();
                (*row_top, *top) = (row_top.max(size), top.max(size));
            }
        }
        let overall = match column_tops.iter().copied().fold(0.0, f64::max) {
            0.0 => 0,
            largest => exponent(largest),
        };
        let even = |top: &f64| *top == 0.0 || overall - exponent(*top) <= UNEVEN;
        if !row_tops.iter().chain(&column_tops).all(even) {
            return Self::of_each(matrix);
        }
        let whole = if is_moderate::<T>(overall) { 0 } else { overall };
        Self {
            rows: vec![whole; rows],
            columns: vec![0; columns],
        }
    }

    /// Powers that leave each row and each column a largest element of about 1 (Ruiz 2001), so that the choice of pivots does not follow the
    /// scales.
    pub(super) fn of_each<T: Float + RealField>(matrix: &DMatrix<T>) -> Self {
        let exponents = matrix.map(|x| match x.to_f64() {
            0.0 => None,
            x => Some(exponent(x)),
        });
        let (mut rows, mut columns) = (vec![0; matrix.nrows()], vec![0; matrix.ncols()]);
        for _ in 0..ROUNDS {
            let (mut row_tops, mut column_tops) = (vec![None; rows.len()], vec![None; columns.len()]);
            for (j, column) in exponents.column_iter().enumerate() {
                for (i, e) in column.iter().enumerate() {
                    let left = e.map(|e| e - rows[i] - columns[j]);
                    row_tops[i] = left.max(row_tops[i]);
                    column_tops[j] = left.max(column_tops[j]);
                }
            }
            let halve = |taken: &mut Vec<i32>, tops: &[Option<i32>]| {
                for (taken, top) in taken.iter_mut().zip(tops) {
                    *taken += top.unwrap_or(0) / 2;
                }
            };
            halve(&mut rows, &row_tops);
            halve(&mut columns, &column_tops);
        }
        Self { rows, columns }
    }

    /// The sum of all exponents.
    pub(super) fn sum(&self) -> i64 {
        let all = self.rows.iter().chain(&self.columns);
        all.map(|&e| i64::from(e)).sum()
    }

    /// The matrix, divided, and whether all its elements are [plain](is_plain), none too small to be kept.
    pub(super) fn divide<T: Float + RealField>(&self, whole: &DMatrix<T>) -> (DMatrix<T>, bool) {
        let mut matrix = whole.clone();
        for (mut column, &taken) in matrix.column_iter_mut().zip(&self.columns) {
            divide(column.iter_mut().zip(&self.rows), taken);
        }
        let zeros = |matrix: &DMatrix<T>| matrix.iter().filter(|x| **x == T::zero()).count();
        let plain = is_plain(matrix.as_slice()) && zeros(&matrix) == zeros(whole);
        (matrix, plain)
    }

    /// Right sides divided as the rows are, and by one more power of two, which is returned; none if some get so small that digits are lost.
    pub(super) fn divide_sides<T: Float + RealField>(
        &self,
        mut sides: DMatrix<T>,
    ) -> Option<(DMatrix<T>, i32)> {
        let (mut smallest, mut largest) = (i32::MAX, i32::MIN);
        for column in sides.column_iter() {
            for (x, row) in column.iter().zip(&self.rows) {
                let x = x.to_f64();
                if x != 0.0 {
                    let left = exponent(x) - row;
                    (smallest, largest) = (smallest.min(left), largest.max(left));
                }
            }
        }
        let taken = if is_moderate::<T>(largest) || largest == i32::MIN {
            0
        } else {
            largest
        };
        if taken == 0 && self.rows.iter().all(|&row| row == 0) {
            return Some((sides, 0));
        }
        for mut column in sides.column_iter_mut() {
            divide(column.iter_mut().zip(&self.rows), taken);
        }
        (smallest == i32::MAX || smallest - taken >= least_exponent::<T>()).then_some((sides, taken))
    }

    /// Makes of the solutions of the divided equations those of the equations.
    pub(super) fn restore<T: Float + RealField>(&self, solutions: &mut DMatrix<T>, taken: i32) {
        for mut column in solutions.column_iter_mut() {
            divide(column.iter_mut().zip(&self.columns), -taken);
        }
    }
}

fn divide<'a, T: Float>(elements: impl Iterator<Item = (&'a mut T, &'a i32)>, taken: i32) {
    for (x, &own) in elements.filter(|(_, own)| **own != -taken) {
        *x = times_power_of(*x, -own - taken);
    }
}

/// What a decomposition in the range of a type found.
pub(super) enum Factors<T: Float + RealField> {
    /// The decomposition, with pivots so large that nothing lost below the range can matter.
    Safe(LU<T, Dyn, Dyn>),
    /// A pivot is 0, and nothing was lost.
    Singular,
    /// A pivot is 0 or so small that what got lost below the range may have been as large.
    Lost,
}

/// The decomposition of a square matrix of moderate size, all of it [plain](is_plain) or not.
pub(super) fn lu<T: Float + RealField>(matrix: DMatrix<T>, plain: bool) -> Factors<T> {
    let lu = matrix.lu();
    let factors = lu.lu_internal();
    let least = least_exponent::<T>() / 2;
    let is_safe = |x: T| x.to_f64().is_finite() && x != T::zero() && exponent(x.to_f64()) >= least;
    let pivots = || (0..factors.nrows()).map(|i| factors[(i, i)]);
    if pivots().all(is_safe) {
        return Factors::Safe(lu);
    }
    // Products of plain factors, and what is left when such products cancel, are in range.
    let is_singular = plain && pivots().any(|x| x == T::zero()) && is_plain(factors.as_slice());
    if is_singular {
        Factors::Singular
    } else {
        Factors::Lost
    }
}

/// Whether a matrix with these factors is singular all the same: of two rows or two columns that are multiples of one another, rounding may leave
/// more than the 0 that they come to. Other dependences are between numbers that have been rounded themselves.
pub(super) fn is_singular<T: Float + RealField>(
    lu: &LU<T, Dyn, Dyn>,
    matrix: impl FnOnce() -> Result<DMatrix<T>>,
) -> Result<bool> {
    let factors = lu.lu_internal();
    let size = |x: T| x.to_f64().abs();
    let largest = size(largest(factors.as_slice()));
    let pivots = (0..factors.nrows()).map(|i| size(factors[(i, i)]));
    // What rounding leaves of 0 grows where other pivots are small; beyond this, nothing like it is left.
    let doubtful = T::EPSILON.to_f64().sqrt().sqrt();
    if pivots.fold(f64::INFINITY, f64::min) > doubtful * largest {
        return Ok(false);
    }
    let matrix = matrix()?;
    Ok(has_multiples(&matrix) || has_multiples(&matrix.transpose()))
}

/// The size of the largest number.
fn largest<T: Float>(x: &[T]) -> T {
    /// Side by side, so that the compiler makes vectors of them.
    const LANES: usize = 16;
    let larger = |a: T, b: T| if b > a { b } else { a };
    let (chunks, rest) = x.as_chunks::<LANES>();
    let rest = rest.iter().map(|&x| math::abs(x)).fold(T::ZERO, larger);
    if chunks.is_empty() {
        return rest;
    }
    let mut lanes = [T::ZERO; LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, math::abs(x));
        }
    }
    lanes.into_iter().fold(rest, larger)
}

/// Whether a column is a multiple of another one, to the last digit.
fn has_multiples<T: Float + RealField>(matrix: &DMatrix<T>) -> bool {
    let element = |row: usize, column: usize| matrix[(row, column)].to_f64();
    let last = matrix.nrows().saturating_sub(1);
    // Quotients of multiples are the same number before they are rounded, and so afterwards, but for the sign of a division by 0.
    let quotient = |row: usize, column: usize| match (element(row, column) / element(0, column)).abs() {
        quotient if quotient.is_nan() => u64::MAX,
        quotient => quotient.to_bits(),
    };
    let mut keys: Vec<_> = (0..matrix.ncols())
        .map(|column| ([quotient(last.min(1), column), quotient(last, column)], column))
        .collect();
    keys.sort_unstable();
    let mut runs = keys.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1);
    let numbers = |column: usize| -> Vec<f64> { (0..=last).map(|row| element(row, column)).collect() };
    runs.any(|run| {
        let columns: Vec<Vec<f64>> = run.iter().map(|&(_, column)| numbers(column)).collect();
        let mut pairs = (0..columns.len()).flat_map(|first| (0..first).map(move |second| (first, second)));
        pairs.any(|(first, second)| are_multiples(&columns[first], &columns[second]))
    })
}

fn are_multiples(x: &[f64], y: &[f64]) -> bool {
    let mut pairs = x.iter().zip(y).filter(|(x, y)| **x != 0.0 || **y != 0.0);
    let Some((&first_x, &first_y)) = pairs.next() else {
        return true;
    };
    first_x != 0.0 && first_y != 0.0 && pairs.all(|(&x, &y)| are_equal_products([first_x, y], [first_y, x]))
}

/// Whether two products of two numbers are equal before they are rounded; not if they are so small that it cannot be seen.
fn are_equal_products([a, b]: [f64; 2], [c, d]: [f64; 2]) -> bool {
    const LEAST: f64 = f64::MIN_POSITIVE / f64::EPSILON / f64::EPSILON;
    let (ab, cd) = (a * b, c * d);
    ab == cd && ab.abs() >= LEAST && a.mul_add(b, -ab) == c.mul_add(d, -cd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_of_the_largest_to_the_smallest_number() {
        for (x, e) in [
            (1.0, 0),
            (-1.99, 0),
            (0.5, -1),
            (f64::MAX, 1023),
            (f64::MIN_POSITIVE, -1022),
            (5e-324, -1074),
        ] {
            assert_eq!(exponent(x), e);
            assert_eq!(
                times_power(x, -i64::from(e)).abs(),
                (x / 2.0_f64.powi(e / 2) / 2.0_f64.powi(e - e / 2)).abs()
            );
        }
    }

    #[test]
    fn scaling_there_and_back_is_exact_and_rounds_once() {
        for x in [1.0 / 3.0, -1e300, 1e-300, 3e-310, 5e-324] {
            let e = i64::from(exponent(x));
            assert_eq!(times_power(times_power(x, -e), e), x);
        }
        // Halfway between 0 and the smallest number goes to 0, a little more does not.
        assert_eq!(times_power(1.0, -1075), 0.0);
        assert_eq!(times_power(1.0 + f64::EPSILON, -1075), 5e-324);
        // 1.5 units and a little: rounded twice it would be two halves of a unit too many.
        assert_eq!(times_power(2.5 + 1e-15, -1075), 5e-324);
        assert_eq!(
            (times_power(1.0, 5000), times_power(-1.0, i64::MIN)),
            (f64::INFINITY, -0.0)
        );
    }
}
