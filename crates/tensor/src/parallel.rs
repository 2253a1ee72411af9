//! When work is divided among threads, and how: in pieces whose bounds do not depend on the number of threads, so that
//! neither do the results.

mod jobs;
mod workers;

pub use jobs::{are_worth_sharing, for_each_job};

use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use workers::Workers;

use crate::{Error, Result};

/// The least work that gains from a second thread, in picoseconds of one.
///
/// Handing a half to a thread that is looking for work, and waiting for its end, takes 0.4 to 0.5 us. So 2 us of work become 1.5.
/// Measured on two cores of a virtual machine (Zen 5, AVX-512, a megabyte of second-level cache each), as are the costs of all the kernels: what
/// they take an element, of 10,000 elements of f32, for which `cargo xtask bench kernels` has a row each. On other machines the ratio of the two is what
/// counts: where a core is half as fast, so is handing over.
const WORTH: u32 = 2_000_000;

/// What copying an element of f32 costs, in picoseconds: the least that is divided.
pub(crate) const COPY: u32 = 50;

/// The fewest elements of type `T` to divide, for kernels that take so many picoseconds an element of f32; those of f64 fill a vector twice
/// as fast.
pub(crate) const fn threshold<T>(picoseconds: u32) -> usize {
    (WORTH * size_of::<f32>() as u32 / (picoseconds * size_of::<T>() as u32)) as usize
}

/// Elements at whose multiples work is cut: a multiple of every vector width, and of every cache line.
const CUT: usize = 64;

/// Runs `work(start, piece)` on the pieces of `data`, on several threads if there are at least `threshold` elements.
pub(crate) fn for_each_piece<T: Send>(
    data: &mut [T],
    threshold: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    for_each_piece_of_rows(data, CUT, threshold, work);
}

/// As [`for_each_piece`], with pieces of whole rows of `length` elements, which must not be 0.
pub(crate) fn for_each_piece_of_rows<T: Send>(
    data: &mut [T],
    length: usize,
    threshold: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    let grain = grain(data.len(), threshold);
    if grain < data.len() {
        divide(data, 0, length, grain, &work);
    } else {
        work(0, data);
    }
}

/// Whether to divide work on this many elements.
#[inline]
pub(crate) fn pays(elements: usize, threshold: usize) -> bool {
    elements >= threshold && are_worth(elements / threshold.max(1))
}

/// Whether other threads gain more than they cost, for so many times the least work that gains from them.
#[inline(never)]
fn are_worth(size: usize) -> bool {
    workers().is_some_and(|workers| threads_of(workers) > 1 && workers.are_worth(size))
}

/// How many of the elements a thread takes at a time; no fewer than there are if dividing them does not pay.
///
/// Small work is cut once, as each cut takes as long as handing over; large work often enough that no thread waits long for the last one.
#[inline]
pub(crate) fn grain(elements: usize, threshold: usize) -> usize {
    if !pays(elements, threshold) {
        return usize::MAX;
    }
    let often = elements / (5 * workers_at_once());
    // The halves of a half are not cut, though the bounds of rows and vectors make one of them larger.
    often.max(2 * threshold).min(elements - elements / 3)
}

/// Runs `work(start, piece)` (a pointer to it, so that what divides is compiled once a type) on halves of halves of `data`,
/// cut at multiples of `unit`, until they hold `grain` elements or less. The results must not depend on where the cuts are.
pub(crate) fn divide<T: Send>(
    data: &mut [T],
    start: usize,
    unit: usize,
    grain: usize,
    work: &(dyn Fn(usize, &mut [T]) + Sync),
) {
    let middle = (data.len() / 2).next_multiple_of(unit.max(1));
    if data.len() <= grain || middle >= data.len() {
        return work(start, data);
    }
    let (left, right) = data.split_at_mut(middle);
    join(&mut || divide(left, start, unit, grain, work), &mut || {
        divide(right, start + middle, unit, grain, work)
    });
}

/// Folds `start..end` by halves of halves down to `leaf` items or less, in a tree whose form depends on their number alone.
/// Halves of more than `grain` items go to several threads.
pub(crate) fn fold<R: Send>(
    range: Range<usize>,
    leaf: usize,
    grain: usize,
    combine: &(dyn Fn(R, R) -> R + Sync),
    work: &(dyn Fn(Range<usize>) -> R + Sync),
) -> R {
    let Range { start, end } = range;
    if end - start <= leaf {
        return work(start..end);
    }
    let middle = start + ((end - start) / 2).next_multiple_of(leaf);
    let (mut left, mut right) = (None, None);
    let mut first = || left = Some(fold(start..middle, leaf, grain, combine, work));
    let mut second = || right = Some(fold(middle..end, leaf, grain, combine, work));
    if end - start > grain {
        join(&mut first, &mut second);
    } else {
        first();
        second();
    }
    match (left, right) {
        (Some(left), Some(right)) => combine(left, right),
        // Both have run, or this point is not reached.
        (left, right) => left.or(right).unwrap_or_else(|| work(start..start)),
    }
}

/// Runs `work` for each number of the range, on several threads.
pub(crate) fn for_each(range: Range<usize>, work: &(dyn Fn(usize) + Sync)) {
    let Range { start, end } = range;
    let middle = start + (end - start) / 2;
    if middle == start {
        return range.for_each(work);
    }
    join(&mut || for_each(start..middle, work), &mut || {
        for_each(middle..end, work)
    });
}

/// Runs `work` on so many even ranges of `0..length`, on several threads.
pub(crate) fn for_each_range(length: usize, parts: usize, work: &(dyn Fn(Range<usize>) + Sync)) {
    for_each(0..parts, &|part| {
        work(part * length / parts..(part + 1) * length / parts);
    });
}

/// As [`for_each`], with the error of one that failed.
pub(crate) fn try_for_each(range: Range<usize>, work: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
    last_error(|report| for_each(range, &|index| report(work(index))))
}

/// The last of the errors among the results that threads report.
pub(crate) fn last_error(run: impl FnOnce(&(dyn Fn(Result<()>) + Sync))) -> Result<()> {
    let last = Mutex::new(Ok(()));
    run(&|result| {
        if result.is_err() {
            *last.lock().unwrap_or_else(PoisonError::into_inner) = result;
        }
    });
    last.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Runs both, on two threads if another one is idle. Through pointers, so that it is compiled once, not for each use.
pub(crate) fn join(first: &mut (dyn FnMut() + Send), second: &mut (dyn FnMut() + Send)) {
    let workers = workers();
    let threads = workers.map_or(1, threads_of);
    match workers {
        Some(workers) if threads > 1 => workers.join(threads, first, second),
        _ => {
            first();
            second();
        }
    }
}

/// `None` if the whole library is to work on the threads that call it.
static WORKERS: OnceLock<Option<&'static Workers>> = OnceLock::new();

/// Started by the first call, if [`set_threads`] has not.
fn workers() -> Option<&'static Workers> {
    // What has been started is as good: nothing depends on how many there are.
    *WORKERS.get_or_init(|| build(default_threads()).0)
}

/// How many threads share the work of a large operation that is called here: the number of [`set_threads`], or inside of one of rayon's pools that
/// of the pool.
///
/// ```
/// backprop_tensor::set_threads(1)?;
/// assert_eq!(backprop_tensor::threads(), 1);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn threads() -> usize {
    workers().map_or(1, threads_of)
}

/// How many threads can work at the same time on an operation that is called here: no more than there are, which may be fewer than
/// [`threads`].
pub(crate) fn workers_at_once() -> usize {
    workers().map_or(1, |workers| threads_of(workers).min(workers.most()))
}

/// Inside of one of rayon's pools, as many as it has. (Outside, asking rayon would start its global pool.)
fn threads_of(workers: &Workers) -> usize {
    match rayon::current_thread_index() {
        Some(_) => rayon::current_num_threads(),
        None => workers.count(),
    }
}

/// More threads than this would be a mistake, and take long to start.
const MOST_THREADS: usize = 1024;

/// Sets how many threads share the work of large operations, up to 1024; 0 for the number that is used if this is never called: that of the
/// environment variable `RAYON_NUM_THREADS` (no more than 1024 either), or one a core that the process may use. Results do not depend on it.
///
/// # Which threads
///
/// The library has threads of its own, one fewer than this number, because the thread that calls an operation always works on it
/// itself. With one thread there are no others: everything runs where it is called. Rayon's global pool is neither made nor used,
/// and the main thread belongs to no pool, so that the program's own use of rayon is as if the library was not there.
///
/// A thread that calls an operation can finish it alone. It waits for nothing but a part of this operation that another thread has
/// begun, and meanwhile does other parts of it, never anything else. Therefore an operation can be called while a lock is held, from any
/// thread and any pool, and while other threads sleep or wait; it needs none of them. (With rayon's `join`, which the library does not use,
/// a thread that waits may begin a job of the program's that wants the lock it holds.)
///
/// No more than this number of threads work at the same time unless more of the program's own threads call operations, and no more than there
/// are cores that the process may use, or 8 if these are fewer: others would only take turns with them, so they are not started. Inside of one of
/// rayon's pools an operation is done by no more threads than the pool has, so that `install` in a small pool holds the library back;
/// a pool of one thread works alone.
///
/// # Errors
/// [`Error::Argument`] for more than 1024, if the number has been set or used before (this must come before the first large
/// operation), or if the system gives fewer threads; those that it gave are used.
///
/// ```
/// backprop_tensor::set_threads(2)?;
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn set_threads(count: usize) -> Result<()> {
    let error = |expected: String| Error::argument("set_threads", "count", count, expected);
    if count > MOST_THREADS {
        return Err(error(format!("no more than {MOST_THREADS}")));
    }
    let mut result = Err("was set or used before");
    WORKERS.get_or_init(|| {
        let (workers, started) = build(if count == 0 { default_threads() } else { count });
        result = started.map_err(|_| "is more than the system gives");
        workers
    });
    result.map_err(|reason| error(format!("the number of threads {reason}")))
}

fn default_threads() -> usize {
    let variable = std::env::var("RAYON_NUM_THREADS").ok();
    match variable.and_then(|text| text.trim().parse().ok()) {
        None | Some(0) => std::thread::available_parallelism().map_or(1, usize::from),
        Some(count) => count,
    }
    .min(MOST_THREADS)
}

fn build(count: usize) -> (Option<&'static Workers>, std::io::Result<()>) {
    if count <= 1 {
        return (None, Ok(()));
    }
    // Helpers never end, and neither do the workers.
    let workers: &'static Workers = Box::leak(Box::new(Workers::new(count)));
    let started = workers.start();
    (Some(workers), started)
}
