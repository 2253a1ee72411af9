//! Folding elements that lie one after another.

use std::marker::PhantomData;

use super::folds::{self, Careful, Fold, Mapped};
use super::plan::{Loop, Loops};
use super::short::{TOGETHER, fold_together};
use super::{Job, LEAF};
use crate::kernels::Gather;
use crate::{parallel, simd};

/// Elements of runs that are folded without a tree.
const LONG: usize = 16384;

/// Chunks that are folded one after another; then such groups are.
const GROUP: usize = 16;

/// So few runs that finding room for the positions of more would show.
const FEW: usize = 8;

/// Sums by which a NaN is found: a vector of the widest.
const SUMS: usize = 16;

/// What goes through a long function first does so in blocks of so many elements, if the rows are shorter than the chunks of a fold.
const MAPPED: usize = 1024;

/// Picoseconds from which on a function is long.
const LONG_FUNCTION: u32 = 100;

/// What is shorter is folded in `NARROW` parts; no fold has more lanes.
const SHORT: usize = 64;
pub(super) const NARROW: usize = 8;

/// From this length on, a run of elements among others to be folded with them is read where it lies, not copied.
pub const RUN: usize = 64;

/// Short rows, one a result, each of them made of one run of elements or of several.
#[derive(Debug)]
pub struct Rows<'a, T> {
    target: &'a mut [T],
    /// One for each result, or none.
    parameters: &'a [T],
    source: &'a [T],
    offset: usize,
    /// From each row to the next one, and which is the first.
    rows: Loops<'a>,
    first_row: usize,
    /// From each run in a row to the next one, which is the first, and how many there are.
    runs: Loops<'a>,
    first_run: usize,
    run_count: usize,
    run_length: usize,
}

pub fn fold_rows<T: Copy + Default, F: Fold<T>, const LANES: usize>(rows: Rows<'_, T>) {
    folds::run::<T, F, _>(RowWork::<T, F, LANES>(rows, PhantomData));
}

struct RowWork<'a, T, F, const LANES: usize>(Rows<'a, T>, PhantomData<F>);

impl<T: Copy + Default, F: Fold<T>, const LANES: usize> simd::Work for RowWork<'_, T, F, LANES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Rows {
            source, run_length, ..
        } = self.0;
        if self.0.run_count == 1 && run_length < SHORT && self.0.target.len() > 1 {
            if F::COST >= LONG_FUNCTION {
                return self.run_mapped();
            }
            // One loop over rows without gaps, or none.
            if let Some(distance) = self.0.rows.single_stride()
                && distance == run_length as isize
            {
                return self.run_short();
            }
        }
        let (mut few, mut many);
        let runs: &mut [isize] = if self.0.run_count <= FEW {
            few = [0; FEW];
            &mut few
        } else {
            many = [0; LONG / RUN];
            &mut many
        };
        let runs = &mut runs[..self.0.run_count];
        for (run, position) in runs.iter_mut().zip(self.0.runs.walk(self.0.first_run)) {
            *run = position;
        }
        let mut parameters = self.0.parameters.iter();
        for (target, position) in self.0.target.iter_mut().zip(self.0.rows.walk(self.0.first_row)) {
            let offset = self.0.offset.wrapping_add_signed(position);
            let parameter = parameters.next().copied().unwrap_or_default();
            let mut result = F::IDENTITY;
            for &run in &*runs {
                let from = offset.wrapping_add_signed(run);
                let run = &source[from..from + run_length];
                result = F::combine(result, fold_slice::<T, F, LANES>(run, parameter));
            }
            *target = result;
        }
    }
}

impl<T: Copy + Default, F: Fold<T>, const LANES: usize> RowWork<'_, T, F, LANES> {
    /// The elements of many short rows go through the function together, in vectors that one row does not fill.
    #[inline(always)]
    fn run_mapped(self) {
        let length = self.0.run_length;
        let first_run = self.0.runs.position(self.0.first_run);
        let mut positions = self.0.rows.walk(self.0.first_row);
        let mut all_parameters = self.0.parameters.iter();
        let (mut block, mut parameters) = ([T::default(); MAPPED], [T::default(); MAPPED]);
        for targets in self.0.target.chunks_mut(MAPPED / length.max(1)) {
            let count = targets.len() * length;
            let (block, parameters) = (&mut block[..count], &mut parameters[..count]);
            let rows = block
                .chunks_exact_mut(length)
                .zip(parameters.chunks_exact_mut(length));
            for ((row, parameters), position) in rows.zip(&mut positions) {
                let from = self.0.offset.wrapping_add_signed(position + first_run);
                row.copy_from_slice(&self.0.source[from..from + length]);
                parameters.fill(all_parameters.next().copied().unwrap_or_default());
            }
            for (x, &parameter) in block.iter_mut().zip(&*parameters) {
                *x = F::map(*x, parameter);
            }
            for (target, row) in targets.iter_mut().zip(block.chunks_exact(length)) {
                let result = fold_slice::<T, Mapped<F>, LANES>(row, T::default());
                *target = F::combine(F::IDENTITY, result);
            }
        }
    }
}

impl<T: Copy + Default, F: Fold<T>, const LANES: usize> RowWork<'_, T, F, LANES> {
    /// Short rows without gaps, some of them side by side: most of the time goes to the last few additions of each.
    #[inline(always)]
    fn run_short(self) {
        let length = self.0.run_length;
        let first = self.0.first_row * length;
        let first = self
            .0
            .offset
            .wrapping_add_signed(self.0.runs.position(self.0.first_run))
            + first;
        let source = &self.0.source[first..first + self.0.target.len() * length];
        let parameters = |row: usize| self.0.parameters.get(row).copied().unwrap_or_default();
        let mut done = 0;
        if length >= NARROW {
            let (blocks, _) = self.0.target.as_chunks_mut::<TOGETHER>();
            for (target, rows) in blocks.iter_mut().zip(source.chunks_exact(TOGETHER * length)) {
                let parameters = std::array::from_fn(|i| parameters(done + i));
                *target = fold_together::<T, F>(rows, length, &parameters);
                done += TOGETHER;
            }
        }
        let rows = source[done * length..].chunks_exact(length.max(1));
        for (i, (target, row)) in self.0.target[done..].iter_mut().zip(rows).enumerate() {
            *target = F::combine(F::IDENTITY, fold_slice::<T, F, LANES>(row, parameters(done + i)));
        }
    }
}

/// Folds a slice in `LANES` parts, so that the order of operations is that of no machine in particular.
#[inline(always)]
pub fn fold_slice<T: Copy, F: Fold<T>, const LANES: usize>(slice: &[T], parameter: T) -> T {
    if slice.len() >= SHORT {
        let (wide, rest) = slice.as_chunks::<LANES>();
        return fold_chunks::<T, F, LANES>(wide, rest, parameter);
    }
    let mut result = F::IDENTITY;
    let (narrow, rest) = slice.as_chunks::<NARROW>();
    if !narrow.is_empty() {
        result = fold_chunks::<T, F, NARROW>(narrow, &[], parameter);
    }
    for &x in rest {
        result = F::combine(result, F::map(x, parameter));
    }
    result
}

#[inline(always)]
pub(super) fn fold_chunks<T: Copy, F: Fold<T>, const LANES: usize>(
    chunks: &[[T; LANES]],
    rest: &[T],
    parameter: T,
) -> T {
    let (result, has_nan) = try_chunks::<T, F, LANES>(chunks, rest, parameter);
    if F::QUICK && has_nan {
        return fold_carefully::<T, F, LANES>(chunks, rest, parameter);
    }
    result
}

#[cold]
#[inline(never)]
fn fold_carefully<T: Copy, F: Fold<T>, const LANES: usize>(
    chunks: &[[T; LANES]],
    rest: &[T],
    parameter: T,
) -> T {
    try_chunks::<T, Careful<F>, LANES>(chunks, rest, parameter).0
}

/// By the quick operation, and whether there was a NaN, if that is another.
#[inline(always)]
fn try_chunks<T: Copy, F: Fold<T>, const LANES: usize>(
    chunks: &[[T; LANES]],
    rest: &[T],
    parameter: T,
) -> (T, bool) {
    let mut lanes = [F::IDENTITY; LANES];
    let mut sums = [F::NOTHING; SUMS];
    for group in chunks.chunks(GROUP) {
        let part = if F::QUICK {
            let (part, sum) = accumulate_with_sums::<T, F, LANES>(group, parameter, &sums);
            sums = sum;
            part
        } else {
            accumulate::<T, F, LANES>(group, parameter)
        };
        lanes = combined::<T, F, LANES>(&lanes, &part);
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = F::combine(*lane, F::map(x, parameter));
    }
    if F::QUICK && !rest.is_empty() {
        sums = summed::<T, F, LANES>(&sums, &lanes);
    }
    let has_nan = F::QUICK && sums.iter().fold(false, |any, &sum| any | F::is_nan(sum));
    // Halves onto halves.
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = F::quick(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    (lanes[0], has_nan)
}

/// (Not by `from_fn`, which is not inlined where the formula is long. An array made anew stays in registers, one that is changed in place may not.)
#[inline(always)]
pub(super) fn combined<T: Copy, F: Fold<T>, const LANES: usize>(
    first: &[T; LANES],
    second: &[T; LANES],
) -> [T; LANES] {
    let mut result = [F::IDENTITY; LANES];
    for i in 0..LANES {
        result[i] = F::quick(first[i], second[i]);
    }
    result
}

/// The sums with the elements of a chunk; of a wide one, those of its parts are added to each other first, so that none waits for the one before.
#[inline(always)]
fn summed<T: Copy, F: Fold<T>, const LANES: usize>(sums: &[T; SUMS], chunk: &[T; LANES]) -> [T; SUMS] {
    let mut result = *sums;
    if LANES < SUMS {
        for i in 0..LANES {
            result[i] = F::sum(sums[i], chunk[i]);
        }
    }
    let (wide, rest) = chunk.as_chunks::<{ 4 * SUMS }>();
    for part in wide {
        for i in 0..SUMS {
            let first = F::sum(part[i], part[i + SUMS]);
            let second = F::sum(part[i + 2 * SUMS], part[i + 3 * SUMS]);
            result[i] = F::sum(result[i], F::sum(first, second));
        }
    }
    for part in rest.as_chunks::<SUMS>().0 {
        for i in 0..SUMS {
            result[i] = F::sum(result[i], part[i]);
        }
    }
    result
}

/// The fold of each column.
#[inline(always)]
fn accumulate<T: Copy, F: Fold<T>, const LANES: usize>(chunks: &[[T; LANES]], parameter: T) -> [T; LANES] {
    let mut lanes = [F::IDENTITY; LANES];
    for chunk in chunks {
        lanes = combined::<T, F, LANES>(&lanes, &mapped::<T, F, LANES>(chunk, parameter));
    }
    lanes
}

/// As [`accumulate`], and the sums with all elements.
#[inline(always)]
fn accumulate_with_sums<T: Copy, F: Fold<T>, const LANES: usize>(
    chunks: &[[T; LANES]],
    parameter: T,
    sums: &[T; SUMS],
) -> ([T; LANES], [T; SUMS]) {
    let mut lanes = [F::IDENTITY; LANES];
    let mut sums = *sums;
    for chunk in chunks {
        let mapped = mapped::<T, F, LANES>(chunk, parameter);
        lanes = combined::<T, F, LANES>(&lanes, &mapped);
        sums = summed::<T, F, LANES>(&sums, &mapped);
    }
    (lanes, sums)
}

#[inline(always)]
pub(super) fn mapped<T: Copy, F: Fold<T>, const LANES: usize>(
    chunk: &[T; LANES],
    parameter: T,
) -> [T; LANES] {
    let mut mapped = *chunk;
    for x in &mut mapped {
        *x = F::map(*x, parameter);
    }
    mapped
}

/// The innermost reduced elements lie one after another.
pub fn reduce<T: Copy + Default + Send + Sync>(target: &mut [T], job: &Job<'_, T>) {
    let plan = job.plan;
    let (run_length, _) = plan.reduced().inner();
    let runs = plan.reduced().outer();
    let short = plan.reduced().count() <= LONG;
    parallel::divide(
        target,
        0,
        1,
        job.grain(plan.reduced().count()),
        &|start, target: &mut [T]| {
            if short {
                (job.kernels.rows)(Rows {
                    target,
                    parameters: job.parameters(start),
                    source: job.source,
                    offset: plan.offset,
                    rows: plan.kept(),
                    first_row: start,
                    runs,
                    first_run: 0,
                    run_count: runs.count(),
                    run_length,
                });
                return;
            }
            for (i, (result, position)) in target.iter_mut().zip(plan.kept().walk(start)).enumerate() {
                let row = Row {
                    job,
                    parameters: job.parameters(start + i),
                    offset: plan.offset.wrapping_add_signed(position),
                    runs,
                    run_length,
                };
                *result = row.fold();
            }
        },
    );
}

/// A long row.
struct Row<'a, T> {
    job: &'a Job<'a, T>,
    parameters: &'a [T],
    offset: usize,
    runs: Loops<'a>,
    run_length: usize,
}

impl<T: Copy + Default + Send + Sync> Row<'_, T> {
    /// Folds whole runs together while they are short, else each of them in parts.
    fn fold(&self) -> T {
        let job = self.job;
        let combine = |x, y| job.combine(x, y);
        let leaf = (LONG / self.run_length).max(1);
        parallel::fold(
            0..self.runs.count(),
            leaf,
            job.grain(self.run_length),
            &combine,
            &|runs| {
                if self.run_length <= LONG {
                    return self.leaf(runs.start, runs.len(), 0, self.run_length);
                }
                parallel::fold(0..self.run_length, LONG, job.grain(1), &combine, &|range| {
                    self.leaf(runs.start, 1, range.start, range.len())
                })
            },
        )
    }

    /// A part of each of some runs.
    fn leaf(&self, first_run: usize, run_count: usize, start: usize, run_length: usize) -> T {
        let mut target = [self.job.kernels.identity];
        (self.job.kernels.rows)(Rows {
            target: &mut target,
            parameters: self.parameters,
            source: self.job.source,
            offset: self.offset + start,
            rows: Loops::NONE,
            first_row: 0,
            runs: self.runs,
            first_run,
            run_count,
            run_length,
        });
        target[0]
    }
}

/// Nothing lies one after another: the elements are copied, block by block.
pub fn reduce_gathered<T>(target: &mut [T], job: &Job<'_, T>)
where
    T: Copy + Default + Send + Sync + Gather,
{
    let layout = job.plan.layout();
    let length = job.plan.reduced().count();
    // The results of elements from `start` on, all of which fit into the block.
    let fold_block = |target: &mut [T], first_row: usize, start: usize, run_length: usize| {
        let mut block = [T::default(); LEAF];
        let block = &mut block[..target.len() * run_length];
        T::gather(block, job.source, &layout, first_row * length + start);
        (job.kernels.rows)(Rows {
            target,
            parameters: job.parameters(first_row),
            source: block,
            offset: 0,
            rows: Loops::single(&Loop {
                length: LEAF,
                stride: run_length as isize,
            }),
            first_row: 0,
            runs: Loops::NONE,
            first_run: 0,
            run_count: 1,
            run_length,
        });
    };
    let rows_a_block = (LEAF / length).max(1);
    parallel::divide(target, 0, 1, job.grain(length), &|start, target: &mut [T]| {
        for (i, results) in target.chunks_mut(rows_a_block).enumerate() {
            let row = start + i * rows_a_block;
            if length <= LEAF {
                fold_block(results, row, 0, length);
                continue;
            }
            let combine = |x, y| job.combine(x, y);
            results[0] = parallel::fold(0..length, LEAF, job.grain(1), &combine, &|range| {
                let mut result = [job.kernels.identity];
                fold_block(&mut result, row, range.start, range.len());
                result[0]
            });
        }
    });
}
