//! Cross entropies and their slopes, of rows of which no softmax is written: only the logarithm of its sum is kept.

use super::gradient::log_half;
use super::log_sums::{Top, first};
use super::{NARROW, Number, SIDE_BY_SIDE, WIDE, log_sums, narrow_slopes, sums_side_by_side, turn};
use crate::counters::{self, Family};
use crate::kernels::compensated::Compensated;
use crate::kernels::reduce::folds::{Fold, Sum};
use crate::kernels::reduce::{LEAF, fold_slice};
use crate::math;
use crate::parallel::{self, threshold};
use crate::simd;

/// Picoseconds an element of f32, of rows and of narrow ones.
const COST: u32 = 300;
const TURNED: u32 = 700;

/// What is kept of a row: `m`, `l = log Σ exp(x - m)`, and against a distribution its cross entropy and the sum of the distribution. The
/// logarithm of a probability is `(x - m) - l`.
pub(crate) const KEPT: usize = 4;

/// The fewest rows, and the most, of which what concerns one element of each is done at once.
const ROWS: (usize, usize) = (16, 128);

/// What the logits should have been, as far as a kernel needs it.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a, T> {
    /// A class for each row; none where there is no such class.
    Classes(&'a [i64]),
    /// A weight for each element.
    Distribution(&'a [T]),
}

pub trait CrossEntropy: Sized {
    /// Fills what is kept of each row of `length` elements.
    fn cross_entropies(kept: &mut [Self], x: &[Self], length: usize, distribution: Option<&[Self]>);

    /// `(Q p - q) factor`, with the probabilities `p`, for each row of `x`, or of the target if that holds them already, with one factor for all or one a row.
    fn cross_entropy_slopes(
        target: &mut [Self],
        x: Option<&[Self]>,
        length: usize,
        kept: &[Self],
        against: Against<'_, Self>,
        factors: &[Self],
    );
}

macro_rules! cross_entropy {
    ($($t:ty, $lanes:literal;)*) => { $(
        impl CrossEntropy for $t {
            #[inline(never)]
            fn cross_entropies(kept: &mut [Self], x: &[Self], length: usize, distribution: Option<&[Self]>) {
                cross_entropies::<$t, $lanes>(kept, x, length, distribution);
            }

            #[inline(never)]
            fn cross_entropy_slopes(
                target: &mut [Self],
                x: Option<&[Self]>,
                length: usize,
                kept: &[Self],
                against: Against<'_, Self>,
                factors: &[Self],
            ) {
                slopes::<$t, $lanes>(target, x, length, kept, against, factors);
            }
        }
    )* };
}
cross_entropy! { f32, 64; f64, 32; }

const fn cost(length: usize) -> u32 {
    if length <= NARROW { TURNED } else { COST }
}

fn cross_entropies<T: Number, const LANES: usize>(
    kept: &mut [T],
    x: &[T],
    length: usize,
    distribution: Option<&[T]>,
) where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    counters::kernel(Family::Softmax, || {
        [
            size_of_val(x) + distribution.map_or(0, size_of_val),
            size_of_val(kept),
        ]
    });
    // Of wide rows, some for each time that room is made for their exponentials.
    let rows = if length < WIDE { LEAF / length } else { ROWS.0 };
    let grain = parallel::grain(x.len(), threshold::<T>(cost(length)));
    let work = |start: usize, kept: &mut [T]| {
        for (i, kept) in kept.chunks_mut(rows * KEPT).enumerate() {
            let start = (start / KEPT + i * rows) * length;
            let range = start..start + kept.len() / KEPT * length;
            simd::dispatch(Losses::<T, LANES> {
                kept,
                x: &x[range.clone()],
                length,
                distribution: distribution.map(|distribution| &distribution[range]),
            });
        }
    };
    parallel::divide(kept, 0, KEPT, (grain / length).saturating_mul(KEPT), &work);
}

/// Some rows; short ones are one block together.
struct Losses<'a, T, const LANES: usize> {
    kept: &'a mut [T],
    x: &'a [T],
    length: usize,
    distribution: Option<&'a [T]>,
}

impl<T: Number, const LANES: usize> simd::Work for Losses<'_, T, LANES>
where
    Top: Fold<T>,
    Sum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            kept,
            x,
            length,
            distribution,
        } = self;
        let (kept, _) = kept.as_chunks_mut::<KEPT>();
        if length <= NARROW {
            return match distribution {
                None => narrow_losses::<T, 0>(kept, x, length, &[]),
                Some(distribution) => narrow_losses::<T, NARROW>(kept, x, length, distribution),
            };
        }
        let zero = T::default();
        let (mut largest, mut sums) = ([zero; LEAF / NARROW], [zero; LEAF / NARROW]);
        log_sums::<T, LANES>(x, length, &mut largest[..kept.len()], &mut sums[..kept.len()]);
        for (kept, (&largest, &sum)) in kept.iter_mut().zip(largest.iter().zip(&sums)) {
            *kept = [largest, sum, zero, zero];
        }
        let Some(distribution) = distribution else { return };
        let mut terms = [zero; LEAF];
        let rows = x.chunks_exact(length).zip(distribution.chunks_exact(length));
        for (kept, (x, q)) in kept.iter_mut().zip(rows) {
            let [largest, log_sum, ..] = *kept;
            let (loss, total) = loss_of_row::<T, LANES>(x, q, largest, log_sum, &mut terms);
            *kept = [largest, log_sum, loss, total];
        }
    }
}

/// There is a distribution if there is room for its columns, `Q` of them.
#[inline(always)]
fn narrow_losses<T: Number, const Q: usize>(
    kept: &mut [[T; KEPT]],
    x: &[T],
    length: usize,
    distribution: &[T],
) where
    Top: Fold<T>,
{
    let zero = T::default();
    let mut columns = [[zero; SIDE_BY_SIDE]; NARROW];
    let mut columns_q = [[zero; SIDE_BY_SIDE]; Q];
    let block = SIDE_BY_SIDE * length;
    for (i, (kept, x)) in kept.chunks_mut(SIDE_BY_SIDE).zip(x.chunks(block)).enumerate() {
        turn::to_columns(x, length, &mut columns);
        let (largest, sums) = sums_side_by_side(&mut columns[..length], true);
        let (mut losses, mut totals) = ([zero; SIDE_BY_SIDE], [zero; SIDE_BY_SIDE]);
        if Q > 0 {
            turn::to_columns(&distribution[i * block..][..x.len()], length, &mut columns_q);
            for (column, q) in columns[..length].iter().zip(&columns_q) {
                for i in 0..SIDE_BY_SIDE {
                    losses[i] = losses[i] + term(column[i] - sums[i], q[i]);
                    totals[i] = totals[i] + q[i];
                }
            }
        }
        for (i, kept) in kept.iter_mut().enumerate() {
            *kept = [largest[i], sums[i], losses[i], totals[i]];
        }
    }
}

/// What one element adds to a cross entropy; nothing without weight, however improbable it is.
#[inline(always)]
fn term<T: Number>(log_probability: T, q: T) -> T {
    if q == T::default() {
        q
    } else {
        -log_probability * q
    }
}

/// The cross entropy of a row, and the sum of its distribution.
#[inline(always)]
fn loss_of_row<T: Number, const LANES: usize>(
    x: &[T],
    q: &[T],
    largest: T,
    log_sum: T,
    terms: &mut [T; LEAF],
) -> (T, T)
where
    Sum: Fold<T>,
{
    let zero = T::default();
    let (mut loss, mut total) = (Compensated::default(), Compensated::default());
    for (x, q) in x.chunks(LEAF).zip(q.chunks(LEAF)) {
        let terms = &mut terms[..x.len()];
        for (to, (&x, &q)) in terms.iter_mut().zip(x.iter().zip(q)) {
            *to = term((x - largest) - log_sum, q);
        }
        loss.add(fold_slice::<T, Sum, LANES>(terms, zero));
        total.add(fold_slice::<T, Sum, LANES>(q, zero));
    }
    (loss.value(), total.value())
}

fn slopes<T: Number, const LANES: usize>(
    target: &mut [T],
    x: Option<&[T]>,
    length: usize,
    kept: &[T],
    against: Against<'_, T>,
    factors: &[T],
) where
    Sum: Fold<T>,
{
    counters::kernel(Family::Softmax, || {
        let other = match against {
            Against::Classes(classes) => size_of_val(classes),
            Against::Distribution(distribution) => size_of_val(distribution),
        };
        [
            size_of_val(target) + size_of_val(kept) + size_of_val(factors) + other,
            size_of_val(target),
        ]
    });
    let (kept, _) = kept.as_chunks::<KEPT>();
    let rows = (LEAF / length).clamp(ROWS.0, ROWS.1);
    let least = threshold::<T>(cost(length));
    parallel::for_each_piece_of_rows(target, length, least, |start, piece| {
        for (i, target) in piece.chunks_mut(rows * length).enumerate() {
            let start = start + i * rows * length;
            let (first, count) = (start / length, target.len() / length);
            let range = start..start + target.len();
            simd::dispatch(Slopes::<T, LANES> {
                x: x.map(|x| &x[range.clone()]),
                target,
                length,
                kept: &kept[first..first + count],
                against: match against {
                    Against::Classes(classes) => Against::Classes(&classes[first..first + count]),
                    Against::Distribution(distribution) => Against::Distribution(&distribution[range]),
                },
                factors: factors.get(first..first + count).unwrap_or(&factors[..1]),
            });
        }
    });
}

/// No more rows than `ROWS` allows.
struct Slopes<'a, T, const LANES: usize> {
    target: &'a mut [T],
    x: Option<&'a [T]>,
    length: usize,
    kept: &'a [[T; KEPT]],
    against: Against<'a, T>,
    /// One for each row, or one for all.
    factors: &'a [T],
}

impl<T: Number, const LANES: usize> simd::Work for Slopes<'_, T, LANES>
where
    Sum: Fold<T>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.against {
            Against::Classes(classes) => self.of_classes(classes),
            Against::Distribution(distribution) => self.of_distribution(distribution),
        }
    }
}

impl<T: Number, const LANES: usize> Slopes<'_, T, LANES>
where
    Sum: Fold<T>,
{
    /// `p factor`, and `(p - 1) factor` at the row's class; less 1, it keeps the digits that a `p` near 1 has lost.
    #[inline(always)]
    fn of_classes(self, classes: &[i64]) {
        let (zero, length) = (T::default(), self.length);
        if length <= NARROW {
            return narrow_slopes::of_classes(self.target, self.x, length, self.kept, classes, self.factors);
        }
        let place = |row: usize| usize::try_from(classes[row]).ok().filter(|&place| place < length);
        let mut own = [zero; ROWS.1];
        let own = &mut own[..self.kept.len()];
        let x = self.x.unwrap_or(&*self.target);
        for (row, (own, &[largest, log_sum, ..])) in own.iter_mut().zip(self.kept).enumerate() {
            if let Some(place) = place(row) {
                *own = (x[row * length + place] - largest) - log_sum;
            }
        }
        for own in &mut *own {
            *own = math::expm1(*own);
        }
        write_slopes(self.target, self.x, length, self.kept, self.factors, None);
        for (row, &own) in own.iter().enumerate() {
            let factor = factor_of(self.factors, row);
            if let Some(place) = place(row) {
                self.target[row * length + place] = if factor == zero { zero } else { own * factor };
            }
        }
    }

    /// Where a probability `p` is above 1/2, whose target is `q` of `Q`: `p Q - q = (Q - q) - (1 - p) Q`, with both differences from what they are
    /// made of.
    #[inline(always)]
    fn of_distribution(self, distribution: &[T]) {
        let (zero, length) = (T::default(), self.length);
        // What the largest probability of each row leaves of 1.
        let mut left = [zero; ROWS.1];
        for (left, &[_, log_sum, ..]) in left.iter_mut().zip(self.kept) {
            *left = -log_sum;
        }
        for left in &mut left[..self.kept.len()] {
            *left = math::probability(*left).1;
        }
        let mut certain = [None; ROWS.1];
        let x = self.x.unwrap_or(&*self.target);
        let rows = x.chunks_exact(length).zip(distribution.chunks_exact(length));
        let kept = self.kept.iter().zip(&left).enumerate();
        for ((certain, (x, q)), (row, (&[largest, log_sum, _, total], &left))) in
            certain.iter_mut().zip(rows).zip(kept)
        {
            // (A closure would be compiled for no machine in particular.)
            if -log_sum > log_half()
                && let Some(place) = first(x, |&x| x == largest)
            {
                let factor = factor_of(self.factors, row);
                let slope = sum_without::<T, LANES>(q, place) - left * total;
                let is_nothing = factor == zero || (total == zero && q[place] == zero);
                *certain = Some((place, if is_nothing { zero } else { slope * factor }));
            }
        }
        write_slopes(
            self.target,
            self.x,
            length,
            self.kept,
            self.factors,
            Some(distribution),
        );
        for (row, certain) in certain.iter().enumerate() {
            if let &Some((place, slope)) = certain {
                self.target[row * length + place] = slope;
            }
        }
    }
}

#[inline(always)]
pub(super) fn factor_of<T: Number>(factors: &[T], row: usize) -> T {
    factors.get(row).copied().unwrap_or(factors[0])
}

/// The sum of all but one.
#[inline(always)]
fn sum_without<T: Number, const LANES: usize>(q: &[T], place: usize) -> T
where
    Sum: Fold<T>,
{
    let mut sum = Compensated::default();
    let (before, after) = (&q[..place], &q[place + 1..]);
    for part in before.chunks(LEAF).chain(after.chunks(LEAF)) {
        sum.add(fold_slice::<T, Sum, LANES>(part, T::default()));
    }
    sum.value()
}

/// The slope for one probability `p`.
#[inline(always)]
pub(super) fn slope<T: Number>(p: T, total: T, q: T, factor: T) -> T {
    let is_nothing = factor == T::default() || (total == T::default() && q == T::default());
    if is_nothing {
        T::default()
    } else {
        (p * total - q) * factor
    }
}

/// `p factor`, of rows that are not narrow, or against a distribution `(p Q - q) factor`; 0 where nothing counts, whatever `p` is.
#[inline(always)]
fn write_slopes<T: Number>(
    target: &mut [T],
    x: Option<&[T]>,
    length: usize,
    kept: &[[T; KEPT]],
    factors: &[T],
    distribution: Option<&[T]>,
) {
    if let Some(distribution) = distribution.filter(|_| length <= NARROW) {
        return narrow_slopes::of_distribution(target, x, length, kept, factors, distribution);
    }
    // Of several short rows at once, or of a long row in parts.
    let rows = (LEAF / length).max(1);
    let part = length.min(LEAF);
    for (i, target) in target.chunks_mut(rows * length).enumerate() {
        for (j, target) in target.chunks_mut(LEAF).enumerate() {
            let start = i * rows * length + j * LEAF;
            let parts = target.chunks_mut(part).zip(&kept[i * rows..]).enumerate();
            for (k, (target, &[largest, log_sum, ..])) in parts {
                match x {
                    Some(x) => {
                        for (to, &x) in target.iter_mut().zip(&x[start + k * part..]) {
                            *to = (x - largest) - log_sum;
                        }
                    }
                    None => {
                        for x in target {
                            *x = (*x - largest) - log_sum;
                        }
                    }
                }
            }
            for x in &mut *target {
                *x = math::exp_nonpositive(*x);
            }
            for (k, target) in target.chunks_mut(part).enumerate() {
                let row = i * rows + k;
                let factor = factor_of(factors, row);
                match distribution {
                    _ if factor == T::default() => target.fill(factor),
                    None => target.iter_mut().for_each(|x| *x = *x * factor),
                    Some(q) => {
                        let total = kept[row][3];
                        for (x, &q) in target.iter_mut().zip(&q[start + k * part..]) {
                            *x = slope(*x, total, q, factor);
                        }
                    }
                }
            }
        }
    }
}
