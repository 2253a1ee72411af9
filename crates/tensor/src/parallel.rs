//! When work is divided among threads, and how: in pieces whose bounds do not depend on the number of threads, so that
//! neither do the results.

use std::ops::Range;
use std::sync::Once;

use rayon::ThreadPoolBuilder;

use crate::{Error, Result};

/// Elements below which one thread is faster: waking another costs some ten microseconds, in which one thread
/// passes over this many.
pub(crate) const THRESHOLD: usize = 1 << 17;

/// Elements a piece, a multiple of every vector width.
pub(crate) const PIECE: usize = 1 << 15;

/// Runs `work(start, piece)` on the pieces of `data`, on several threads if there are at least `threshold` elements.
pub(crate) fn for_each_piece<T: Send>(
    data: &mut [T],
    threshold: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    for_each_piece_of_rows(data, 1, threshold, work);
}

/// As [`for_each_piece`], with pieces of whole rows of `length` elements, which must not be 0.
pub(crate) fn for_each_piece_of_rows<T: Send>(
    data: &mut [T],
    length: usize,
    threshold: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    if pays(data.len(), threshold) {
        let piece = PIECE.div_ceil(length) * length;
        divide(data, 0, piece, piece, &work);
    } else {
        work(0, data);
    }
}

/// Whether to divide work on this many elements.
pub(crate) fn pays(elements: usize, threshold: usize) -> bool {
    elements >= threshold && threads() > 1
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

/// Runs both, on two threads if another one is idle. Through pointers, so that rayon's part of it is compiled once, not for each use.
pub(crate) fn join(first: &mut (dyn FnMut() + Send), second: &mut (dyn FnMut() + Send)) {
    rayon::join(first, second);
}

static POOL: Once = Once::new();

/// How many threads share the work. The first call makes the pool, if [`set_threads`] has not.
pub(crate) fn threads() -> usize {
    POOL.call_once(|| {
        // A pool that the program has made before is as good.
        let _ = build(0);
    });
    rayon::current_num_threads()
}

/// More threads than this would be a mistake, and take long to start.
const MOST_THREADS: usize = 1024;

/// Sets how many threads share the work of large operations, up to 1024; 0 for one a core. Results do not depend on it.
///
/// The threads are those of rayon's global pool. If the main thread makes it, by this call or by the first large operation, it becomes one
/// of them: it works itself instead of sleeping until others have.
///
/// # Errors
/// [`Error::Argument`] for more than 1024, or if there is a pool already: this must come before the first large operation.
///
/// ```
/// backprop_tensor::set_threads(2)?;
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn set_threads(count: usize) -> Result<()> {
    if count > MOST_THREADS {
        let expected = format!("no more than {MOST_THREADS}");
        return Err(Error::argument("set_threads", "count", count, expected));
    }
    let mut result = Err("was made before");
    POOL.call_once(|| {
        result =
            build(count).map_err(|_| "cannot be made: the program has one, or the system gave no threads")
    });
    result.map_err(|reason| {
        Error::argument(
            "set_threads",
            "count",
            count,
            format!("the pool of threads {reason}"),
        )
    })
}

fn build(count: usize) -> Result<(), rayon::ThreadPoolBuildError> {
    let builder = ThreadPoolBuilder::new().num_threads(count);
    // Only of the main thread is it known that it does not end before the others.
    let is_main = std::thread::current().name() == Some("main");
    let builder = if is_main {
        builder.use_current_thread()
    } else {
        builder
    };
    builder.build_global()
}
