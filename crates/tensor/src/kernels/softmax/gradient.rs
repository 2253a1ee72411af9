//! The gradients of softmax and of its logarithm, each row while it is in the cache.
//!
//! Of softmax y: y (g - Σ g y), in which what is the same in all g does not matter. Where one y is nearly 1, its g is therefore subtracted
//! from all, so that the sum is one of small numbers. Of the logarithm y: g - e^y Σ g, which for a y nearly 0 is (1 - e^y) g - e^y Σ g, summed over
//! the others.

use super::columns::COLUMNS;
use super::log_sums::first;
use super::{NARROW, Number, SIDE_BY_SIDE, turn};
use crate::counters::{self, Family};
use crate::kernels::compensated::Compensated;
use crate::kernels::reduce::LEAF;
use crate::math;
use crate::parallel::{self, threshold};
use crate::simd;

/// Picoseconds an element of f32: of softmax, of its logarithm with its exponentials, of narrow rows.
const PRODUCT: u32 = 100;
const EXPONENTIAL: u32 = 250;
const TURNED: u32 = 700;

/// Rows of columns that are added one after another.
const ROWS: usize = 128;

pub trait SoftmaxGradient: Sized {
    /// Replaces every row of `length` gradients, which `read(start, rows)` provides, by the gradient of the softmax `y`, or of the logarithm `y` of
    /// that.
    fn softmax_gradient_rows(
        target: &mut [Self],
        y: &[Self],
        length: usize,
        logarithm: bool,
        read: &(dyn Fn(usize, &mut [Self]) + Sync),
    );

    /// The same down the columns of matrices of `length` rows.
    fn softmax_gradient_columns(
        target: &mut [Self],
        y: &[Self],
        length: usize,
        columns: usize,
        logarithm: bool,
    );
}

macro_rules! gradients {
    ($($t:ty, $lanes:literal;)*) => { $(
        impl SoftmaxGradient for $t {
            #[inline(never)]
            fn softmax_gradient_rows(
                target: &mut [Self],
                y: &[Self],
                length: usize,
                logarithm: bool,
                read: &(dyn Fn(usize, &mut [Self]) + Sync),
            ) {
                gradient_rows::<$t, $lanes>(target, y, length, logarithm, read);
            }

            #[inline(never)]
            fn softmax_gradient_columns(
                target: &mut [Self],
                y: &[Self],
                length: usize,
                columns: usize,
                logarithm: bool,
            ) {
                gradient_columns(target, y, length, columns, logarithm);
            }
        }
    )* };
}
gradients! { f32, 64; f64, 32; }

fn gradient_rows<T: Number, const LANES: usize>(
    target: &mut [T],
    y: &[T],
    length: usize,
    logarithm: bool,
    read: &(dyn Fn(usize, &mut [T]) + Sync),
) {
    counters::kernel(Family::Softmax, || [2 * size_of_val(target), size_of_val(target)]);
    let cost = match logarithm {
        _ if length <= NARROW => TURNED,
        true => EXPONENTIAL,
        false => PRODUCT,
    };
    let block = (LEAF / length).max(1) * length;
    parallel::for_each_piece_of_rows(target, length, threshold::<T>(cost), |start, piece| {
        for (i, gradient) in piece.chunks_mut(block).enumerate() {
            let start = start + i * block;
            read(start, gradient);
            let y = &y[start..start + gradient.len()];
            simd::dispatch(Rows::<T, LANES> {
                gradient,
                y,
                length,
                logarithm,
            });
        }
    });
}

/// Rows that are one block together, or one row of any length.
struct Rows<'a, T, const LANES: usize> {
    gradient: &'a mut [T],
    y: &'a [T],
    length: usize,
    logarithm: bool,
}

impl<T: Number, const LANES: usize> simd::Work for Rows<'_, T, LANES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            gradient,
            y,
            length,
            logarithm,
        } = self;
        if length <= NARROW {
            return narrow(gradient, y, length, logarithm);
        }
        for (g, y) in gradient.chunks_exact_mut(length).zip(y.chunks_exact(length)) {
            if logarithm {
                row_of_logarithm::<T, LANES>(g, y);
            } else {
                row_of_softmax::<T, LANES>(g, y);
            }
        }
    }
}

#[inline(always)]
fn row_of_softmax<T: Number, const LANES: usize>(g: &mut [T], y: &[T]) {
    let zero = T::default();
    let mut shift = zero;
    let (mut sum, largest) = sum_of::<T, LANES, false>(g, y, shift);
    if largest > half() {
        // One that is infinite stays what it is.
        let certain = first(y, |&y| y > half()).map(|place| g[place]);
        shift = certain.filter(|&g| g.abs() < T::INFINITE).unwrap_or(zero);
        (sum, _) = sum_of::<T, LANES, false>(g, y, shift);
    }
    for (g, &y) in g.iter_mut().zip(y) {
        *g = y * ((*g - shift) - sum);
    }
}

#[inline(always)]
fn row_of_logarithm<T: Number, const LANES: usize>(g: &mut [T], y: &[T]) {
    let (sum, largest) = sum_of::<T, LANES, true>(g, y, T::default());
    let place = match largest > log_half() {
        true => first(y, |&y| y > log_half()),
        false => None,
    };
    let mut certain = None;
    // (A closure would be compiled for no machine in particular.)
    if let Some(place) = place {
        let own = std::mem::take(&mut g[place]);
        let (others, _) = sum_of::<T, LANES, true>(g, y, T::default());
        let (p, left) = math::probability(y[place]);
        certain = Some((place, own * left - p * others));
    }
    for (g, &y) in g.iter_mut().zip(y) {
        *g = *g - math::exp_nonpositive(y) * sum;
    }
    if let Some((place, gradient)) = certain {
        g[place] = gradient;
    }
}

/// Above this, a probability is taken for nearly 1.
#[inline(always)]
fn half<T: Number>() -> T {
    T::of(0.5)
}

/// Its logarithm.
#[inline(always)]
pub(super) fn log_half<T: Number>() -> T {
    T::of(-std::f64::consts::LN_2)
}

/// Σ g, or Σ (g - shift) y, and the largest y.
#[inline(always)]
fn sum_of<T: Number, const LANES: usize, const LOGARITHM: bool>(g: &[T], y: &[T], shift: T) -> (T, T) {
    let mut sum = Compensated::default();
    let mut largest = -T::INFINITE;
    for (g, y) in g.chunks(LEAF).zip(y.chunks(LEAF)) {
        let (part, top) = if g.len() < LANES {
            sum_of_part::<T, 8, LOGARITHM>(g, y, shift)
        } else {
            sum_of_part::<T, LANES, LOGARITHM>(g, y, shift)
        };
        sum.add(part);
        largest = larger(top, largest);
    }
    (sum.value(), largest)
}

/// The same of no more than `LEAF`, in `LANES` parts, so that the order of operations is that of no machine in particular.
#[inline(always)]
fn sum_of_part<T: Number, const LANES: usize, const LOGARITHM: bool>(g: &[T], y: &[T], shift: T) -> (T, T) {
    let term = |g: T, y: T| if LOGARITHM { g } else { (g - shift) * y };
    let (mut sums, mut tops) = ([T::default(); LANES], [-T::INFINITE; LANES]);
    let ((wide, rest), (wide_y, rest_y)) = (g.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    for (g, y) in wide.iter().zip(wide_y) {
        // An array made anew stays in registers.
        let (mut next, mut next_tops) = ([T::default(); LANES], [T::default(); LANES]);
        for i in 0..LANES {
            next[i] = sums[i] + term(g[i], y[i]);
            next_tops[i] = larger(y[i], tops[i]);
        }
        (sums, tops) = (next, next_tops);
    }
    for (i, (&g, &y)) in rest.iter().zip(rest_y).enumerate() {
        sums[i] = sums[i] + term(g, y);
        tops[i] = larger(y, tops[i]);
    }
    // Halves onto halves.
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] = sums[i] + sums[i + half];
            tops[i] = larger(tops[i], tops[i + half]);
        }
        half /= 2;
    }
    (sums[0], tops[0])
}

/// The larger one; NaN only if the second is.
#[inline(always)]
fn larger<T: Number>(x: T, y: T) -> T {
    if x > y { x } else { y }
}

#[inline(always)]
fn narrow<T: Number>(gradient: &mut [T], y: &[T], length: usize, logarithm: bool) {
    let mut columns = [[T::default(); SIDE_BY_SIDE]; NARROW];
    let mut columns_y = columns;
    let block = SIDE_BY_SIDE * length;
    for (g, y) in gradient.chunks_mut(block).zip(y.chunks(block)) {
        turn::to_columns(g, length, &mut columns);
        turn::to_columns(y, length, &mut columns_y);
        let columns = &mut columns[..length];
        let y = Beside {
            y: columns_y.as_flattened(),
            stride: SIDE_BY_SIDE,
        };
        side_by_side::<T, _, SIDE_BY_SIDE>(columns, y, logarithm, 0, SIDE_BY_SIDE);
        turn::to_rows(columns, g, length);
    }
}

fn gradient_columns<T: Number>(target: &mut [T], y: &[T], length: usize, columns: usize, logarithm: bool) {
    counters::kernel(Family::Softmax, || [2 * size_of_val(target), size_of_val(target)]);
    let matrix = length * columns;
    let least = threshold::<T>(if logarithm { EXPONENTIAL } else { PRODUCT });
    // Where the matrices themselves are not divided enough, their columns are.
    let grain = parallel::grain(target.len(), least);
    parallel::for_each_piece_of_rows(target, matrix, least, |start, piece| {
        for (i, piece) in piece.chunks_mut(matrix).enumerate() {
            let mut rows: Vec<_> = piece.chunks_mut(columns).collect();
            let y = Beside {
                y: &y[start + i * matrix..][..matrix],
                stride: columns,
            };
            divide_columns(&mut rows, y, 0, logarithm, grain);
        }
    });
}

/// The columns of `y` from `start` on are those of the rows.
fn divide_columns<T: Number>(
    rows: &mut [&mut [T]],
    y: Beside<'_, T>,
    start: usize,
    logarithm: bool,
    grain: usize,
) {
    let columns = rows.first().map_or(0, |row| row.len());
    let middle = (columns / 2).next_multiple_of(COLUMNS);
    if rows.len() * columns <= grain || middle >= columns {
        let y = Beside {
            y: &y.y[start..],
            ..y
        };
        return simd::dispatch(Columns { rows, y, logarithm });
    }
    let (mut left, mut right): (Vec<_>, Vec<_>) = rows.iter_mut().map(|row| row.split_at_mut(middle)).unzip();
    parallel::join(
        &mut || divide_columns(&mut left, y, start, logarithm, grain),
        &mut || divide_columns(&mut right, y, start + middle, logarithm, grain),
    );
}

/// The softmax beside the rows of gradients: its rows begin `stride` apart.
#[derive(Clone, Copy)]
struct Beside<'a, T> {
    y: &'a [T],
    stride: usize,
}

impl<'a, T> Beside<'a, T> {
    #[inline(always)]
    fn row(self, row: usize, start: usize, width: usize) -> &'a [T] {
        &self.y[row * self.stride + start..][..width]
    }
}

struct Columns<'a, 'b, T> {
    rows: &'a mut [&'b mut [T]],
    y: Beside<'a, T>,
    logarithm: bool,
}

impl<T: Number> simd::Work for Columns<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { rows, y, logarithm } = self;
        let columns = rows.first().map_or(0, |row| row.len());
        let whole = columns - columns % COLUMNS;
        for start in (0..whole).step_by(COLUMNS) {
            // A width known to the compiler.
            side_by_side::<T, _, COLUMNS>(rows, y, logarithm, start, COLUMNS);
        }
        if whole < columns {
            side_by_side::<T, _, COLUMNS>(rows, y, logarithm, whole, columns - whole);
        }
    }
}

/// What is collected of each column.
struct Sums<T, const WIDTH: usize> {
    /// Of softmax: what is subtracted from its gradients.
    shift: [T; WIDTH],
    sum: [T; WIDTH],
    /// Of the logarithm: the sum without the gradient of the y nearly 0.
    others: [T; WIDTH],
}

/// The columns from `start` on, no more than `WIDTH`.
#[inline(always)]
fn side_by_side<T: Number, R: AsMut<[T]> + AsRef<[T]>, const WIDTH: usize>(
    rows: &mut [R],
    y: Beside<'_, T>,
    logarithm: bool,
    start: usize,
    width: usize,
) {
    let sums = if logarithm {
        sums_of_logarithms::<T, R, WIDTH>(rows, y, start, width)
    } else {
        sums_of_products::<T, R, WIDTH>(rows, y, start, width)
    };
    let mut open = [T::of(1.0); WIDTH];
    for (i, row) in rows.iter_mut().enumerate() {
        let row = row.as_mut()[start..start + width].iter_mut();
        let columns = row.zip(y.row(i, start, width)).zip(&mut open);
        let sums = sums.shift.iter().zip(&sums.sum).zip(&sums.others);
        for (((g, &y), open), ((&shift, &sum), &others)) in columns.zip(sums) {
            *g = if logarithm {
                let (p, left) = math::probability(y);
                let is_certain = take_certain(y, open);
                let own = if is_certain { *g * left } else { *g };
                own - p * if is_certain { others } else { sum }
            } else {
                y * ((*g - shift) - sum)
            };
        }
    }
}

/// Whether this is the first logarithm of a column that is nearly 0.
#[inline(always)]
fn take_certain<T: Number>(y: T, open: &mut T) -> bool {
    let is_certain = y > log_half() && *open > T::default();
    *open = if is_certain { T::default() } else { *open };
    is_certain
}

#[inline(always)]
fn sums_of_products<T: Number, R: AsRef<[T]>, const WIDTH: usize>(
    rows: &[R],
    y: Beside<'_, T>,
    start: usize,
    width: usize,
) -> Sums<T, WIDTH> {
    let zero = T::default();
    let mut shift = [zero; WIDTH];
    for (i, row) in rows.iter().enumerate() {
        let row = row.as_ref()[start..start + width].iter();
        for ((&g, &y), shift) in row.zip(y.row(i, start, width)).zip(&mut shift) {
            *shift = if y > half() && g.abs() < T::INFINITE {
                g
            } else {
                *shift
            };
        }
    }
    let mut sum = [Compensated::default(); WIDTH];
    for (block, rows) in rows.chunks(ROWS).enumerate() {
        let mut parts = [zero; WIDTH];
        for (i, row) in rows.iter().enumerate() {
            let row = row.as_ref()[start..start + width].iter();
            let y = y.row(block * ROWS + i, start, width);
            for (((&g, &y), &shift), part) in row.zip(y).zip(&shift).zip(&mut parts) {
                *part = *part + (g - shift) * y;
            }
        }
        sum.iter_mut().zip(&parts).for_each(|(sum, &part)| sum.add(part));
    }
    Sums {
        shift,
        sum: sum.map(Compensated::value),
        others: [zero; WIDTH],
    }
}

#[inline(always)]
fn sums_of_logarithms<T: Number, R: AsRef<[T]>, const WIDTH: usize>(
    rows: &[R],
    y: Beside<'_, T>,
    start: usize,
    width: usize,
) -> Sums<T, WIDTH> {
    let zero = T::default();
    let mut open = [T::of(1.0); WIDTH];
    let (mut sum, mut others) = ([Compensated::default(); WIDTH], [Compensated::default(); WIDTH]);
    for (block, rows) in rows.chunks(ROWS).enumerate() {
        let (mut parts, mut part_others) = ([zero; WIDTH], [zero; WIDTH]);
        for (i, row) in rows.iter().enumerate() {
            let row = row.as_ref()[start..start + width].iter();
            let y = y.row(block * ROWS + i, start, width);
            let parts = parts.iter_mut().zip(&mut part_others).zip(&mut open);
            for ((&g, &y), ((part, others), open)) in row.zip(y).zip(parts) {
                *part = *part + g;
                *others = *others + if take_certain(y, open) { zero } else { g };
            }
        }
        sum.iter_mut().zip(&parts).for_each(|(sum, &part)| sum.add(part));
        others
            .iter_mut()
            .zip(&part_others)
            .for_each(|(sum, &part)| sum.add(part));
    }
    Sums {
        shift: [zero; WIDTH],
        sum: sum.map(Compensated::value),
        others: others.map(Compensated::value),
    }
}
