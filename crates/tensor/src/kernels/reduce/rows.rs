//! Folding elements that lie one after another.

use std::marker::PhantomData;

use super::folds::{self, Fold};
use super::plan::{Loops, Plan};
use super::{Job, LEAF};
use crate::kernels::Gather;
use crate::{parallel, simd};

/// From this length on, a run of elements among others to be folded with them is read where it lies, not copied.
pub const RUN: usize = 64;

/// Folds a slice in `LANES` parts, so that the order of operations is that of no machine in particular.
#[inline(always)]
pub fn fold_slice<T: Copy, F: Fold<T>, const LANES: usize>(slice: &[T], parameter: T) -> T {
    let mut result = F::IDENTITY;
    let (wide, rest) = slice.as_chunks::<LANES>();
    if !wide.is_empty() {
        let mut lanes = [F::IDENTITY; LANES];
        for chunk in wide {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane = F::combine(*lane, F::map(x, parameter));
            }
        }
        result = fold_lanes::<T, F, LANES>(lanes);
    }
    let (narrow, rest) = rest.as_chunks::<8>();
    if !narrow.is_empty() {
        let mut lanes = [F::IDENTITY; 8];
        for chunk in narrow {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane = F::combine(*lane, F::map(x, parameter));
            }
        }
        result = F::combine(result, fold_lanes::<T, F, 8>(lanes));
    }
    for &x in rest {
        result = F::combine(result, F::map(x, parameter));
    }
    result
}

/// Halves onto halves.
#[inline(always)]
fn fold_lanes<T: Copy, F: Fold<T>, const LANES: usize>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = F::combine(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// Short rows, one a result.
struct Rows<'a, T, F, const LANES: usize> {
    target: &'a mut [T],
    source: &'a [T],
    /// From the position of each row to that of the next.
    kept: &'a Loops,
    offset: usize,
    start: usize,
    length: usize,
    parameters: &'a [T],
    fold: PhantomData<F>,
}

impl<T: Copy + Default, F: Fold<T>, const LANES: usize> simd::Work for Rows<'_, T, F, LANES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut parameters = self.parameters.iter().skip(self.start);
        for (result, position) in self.target.iter_mut().zip(self.kept.walk(self.start)) {
            let from = self.offset.wrapping_add_signed(position);
            let row = &self.source[from..from + self.length];
            let parameter = parameters.next().copied().unwrap_or_default();
            *result = fold_slice::<T, F, LANES>(row, parameter);
        }
    }
}

/// Runs of equal length to be folded to one result.
struct Runs<'a, T, F, const LANES: usize> {
    source: &'a [T],
    outer: &'a Loops,
    offset: usize,
    start: usize,
    count: usize,
    length: usize,
    parameter: T,
    fold: PhantomData<F>,
}

impl<T: Copy, F: Fold<T>, const LANES: usize> simd::Work for Runs<'_, T, F, LANES> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        let mut result = F::IDENTITY;
        for position in self.outer.walk(self.start).take(self.count) {
            let from = self.offset.wrapping_add_signed(position);
            let run = &self.source[from..from + self.length];
            result = F::combine(result, fold_slice::<T, F, LANES>(run, self.parameter));
        }
        result
    }
}

/// The innermost reduced elements lie one after another.
pub fn fold_rows<T, F, const LANES: usize>(target: &mut [T], job: &Job<'_, T>)
where
    T: Copy + Default + Send + Sync,
    F: Fold<T>,
{
    let Plan {
        kept,
        reduced,
        offset,
    } = job.plan;
    let (length, _) = reduced.inner();
    let outer = reduced.outer();
    parallel::divide(target, 0, 1, job.grain(1), &|start, target: &mut [T]| {
        if outer.rank() == 0 && length <= LEAF {
            folds::run::<T, F, _>(Rows::<T, F, LANES> {
                target,
                source: job.source,
                kept,
                offset: *offset,
                start,
                length,
                parameters: job.parameters,
                fold: PhantomData,
            });
            return;
        }
        for (i, (result, position)) in target.iter_mut().zip(kept.walk(start)).enumerate() {
            let offset = offset.wrapping_add_signed(position);
            *result = fold_runs::<T, F, LANES>(job, &outer, length, offset, job.parameter(start + i));
        }
    });
}

fn fold_runs<T, F, const LANES: usize>(
    job: &Job<'_, T>,
    outer: &Loops,
    length: usize,
    offset: usize,
    parameter: T,
) -> T
where
    T: Copy + Default + Send + Sync,
    F: Fold<T>,
{
    let runs = |offset, start, count, length| {
        folds::run::<T, F, _>(Runs::<T, F, LANES> {
            source: job.source,
            outer,
            offset,
            start,
            count,
            length,
            parameter,
            fold: PhantomData,
        })
    };
    // Whole runs while they are short, else each of them in parts.
    parallel::fold(
        0..outer.count(),
        (LEAF / length).max(1),
        job.grain(length),
        F::combine,
        &|outer_range| {
            let (start, count) = (outer_range.start, outer_range.len());
            if length <= LEAF {
                return runs(offset, start, count, length);
            }
            parallel::fold(0..length, LEAF, job.grain(1), F::combine, &|range| {
                runs(offset + range.start, start, 1, range.len())
            })
        },
    )
}

/// Nothing lies one after another: the elements are copied, block by block.
pub fn fold_gathered<T, F, const LANES: usize>(target: &mut [T], job: &Job<'_, T>)
where
    T: Copy + Default + Send + Sync + Gather,
    F: Fold<T>,
{
    let layout = job.plan.layout();
    let length = job.plan.reduced.count();
    let rows = |target: &mut [T], source: &[T], length, start: usize| {
        folds::run::<T, F, _>(Rows::<T, F, LANES> {
            target,
            source,
            kept: &Loops::single(LEAF, length as isize),
            offset: 0,
            start: 0,
            length,
            parameters: job.parameters.get(start..).unwrap_or(&[]),
            fold: PhantomData,
        });
    };
    parallel::divide(target, 0, 1, job.grain(1), &|start, target: &mut [T]| {
        let block = (LEAF / length).max(1);
        for (i, results) in target.chunks_mut(block).enumerate() {
            let start = start + i * block;
            if length <= LEAF {
                let mut scratch = [T::default(); LEAF];
                let scratch = &mut scratch[..results.len() * length];
                T::gather(scratch, job.source, &layout, start * length);
                rows(results, scratch, length, start);
                continue;
            }
            results[0] = parallel::fold(0..length, LEAF, job.grain(1), F::combine, &|range| {
                let mut scratch = [T::default(); LEAF];
                let scratch = &mut scratch[..range.len()];
                T::gather(scratch, job.source, &layout, start * length + range.start);
                let mut result = [F::IDENTITY];
                rows(&mut result, scratch, range.len(), start);
                result[0]
            });
        }
    });
}
