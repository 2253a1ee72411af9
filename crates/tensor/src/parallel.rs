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
    for_each_piece_of_rows(data, 1, threshold, work);
}

/// As [`for_each_piece`], with pieces of whole rows of `length` elements, which must not be 0.
pub(crate) fn for_each_piece_of_rows<T: Send>(
    data: &mut [T],
    length: usize,
    threshold: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    if data.len() < threshold || rayon::current_num_threads() == 1 {
        work(0, data);
    } else {
        let piece = PIECE.div_ceil(length) * length;
        data.par_chunks_mut(piece)
            .enumerate()
            .for_each(|(i, data)| work(i * piece, data));
    }
}
