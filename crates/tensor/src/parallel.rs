//! When work is divided among threads, and how: in pieces whose bounds do not depend on the number of threads, so that
//! neither do the results.

use rayon::prelude::*;

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
    if data.len() < threshold || rayon::current_num_threads() == 1 {
        work(0, data);
    } else {
        data.par_chunks_mut(PIECE)
            .enumerate()
            .for_each(|(i, piece)| work(i * PIECE, piece));
    }
}
