//! Copying a view onto another: row by row, in squares where the rows of one are columns of the other, and on several threads if they
//! are large.

use crate::parallel::{self, COPY, threshold};

use super::transpose::{Planes, ROWS, Turn, turn};
use super::walk::Walk;

/// Bytes from which blocks are written past the caches: they would push out of them what is still to be read.
const STREAMED: usize = 1 << 23;

/// Copies the second of the walk's views, of `source`, to the first, of `target`.
pub(super) fn copy<T: Turn>(target: &mut [T], source: &[T], walk: &Walk<2>) {
    let streamed = walk.count() * size_of::<T>() >= STREAMED;
    let grain = parallel::grain(walk.count(), threshold::<T>(COPY));
    if walk.count() > grain && is_nested(walk) {
        divide(target, source, *walk, grain, streamed);
    } else {
        copy_here(target, source, walk, streamed);
    }
}

/// Whether, along each axis, what the target has at one index lies before all that it has at the next, so that its memory can be cut there.
fn is_nested(walk: &Walk<2>) -> bool {
    let mut extent = 0;
    (0..walk.rank).rev().all(|axis| {
        let [stride, _] = walk.strides[axis];
        let before = extent;
        extent += stride * (walk.lengths[axis] as isize - 1);
        stride > before
    })
}

/// Cuts the outermost axis in halves of halves.
fn divide<T: Turn>(target: &mut [T], source: &[T], mut walk: Walk<2>, grain: usize, streamed: bool) {
    while walk.lengths[0] == 1 && walk.rank > 1 {
        walk.remove(0);
    }
    let middle = (walk.lengths[0] / 2).next_multiple_of(unit(&walk));
    if walk.count() <= grain || middle >= walk.lengths[0] {
        return copy_here(target, source, &walk, streamed);
    }
    let (first, mut second) = walk.split(middle);
    let (left, right) = target.split_at_mut(second.offsets[0] as usize);
    second.offsets[0] = 0;
    parallel::join(&mut || divide(left, source, first, grain, streamed), &mut || {
        divide(right, source, second, grain, streamed)
    });
}

/// What the outermost axis is cut at multiples of.
fn unit(walk: &Walk<2>) -> usize {
    match walk.lengths[0] {
        _ if walk.rank == 1 => 1024,
        // Squares, and whole lines of the cache, lie along it.
        128.. if walk.strides[0][1] == 1 => ROWS,
        _ if walk.strides[0][1] == 1 => 16,
        _ => 1,
    }
}

fn copy_here<T: Turn>(target: &mut [T], source: &[T], walk: &Walk<2>, streamed: bool) {
    match walk.strides() {
        [1, 0 | 1] => {}
        [1, _] => {
            if let Some(planes) = Planes::find(walk, streamed) {
                return turn(target, source, &planes);
            }
        }
        _ => {}
    }
    copy_rows(target, source, walk);
}

fn copy_rows<T: Copy>(target: &mut [T], source: &[T], walk: &Walk<2>) {
    let length = walk.lengths[walk.rank - 1];
    let steps = walk.strides();
    let mut rows = *walk;
    rows.remove(walk.rank - 1);
    match (steps, length) {
        ([1, 1], 2..=3) => short_rows::<T, 2>(target, source, &rows, length),
        ([1, 1], 4..=7) => short_rows::<T, 4>(target, source, &rows, length),
        ([1, 1], 8..=15) => short_rows::<T, 8>(target, source, &rows, length),
        ([1, 1], 16..=31) => short_rows::<T, 16>(target, source, &rows, length),
        ([1, step], _) => rows.each(|to, from| {
            copy_run(&mut target[to..to + length], source, from, step);
        }),
        ([to_step, 1], _) if to_step > 1 => rows.each(|to, from| {
            let to = target[to..].iter_mut().step_by(to_step as usize);
            to.zip(&source[from..from + length])
                .for_each(|(to, &from)| *to = from);
        }),
        ([to_step, from_step], _) => rows.each(|to, from| {
            let (mut to, mut from) = (to as isize, from as isize);
            for _ in 0..length {
                target[to as usize] = source[from as usize];
                to += to_step;
                from += from_step;
            }
        }),
    }
}

fn short_rows<T: Copy, const N: usize>(target: &mut [T], source: &[T], rows: &Walk<2>, length: usize) {
    rows.each(|to, from| {
        copy_short::<T, N>(&mut target[to..to + length], &source[from..from + length]);
    });
}

/// Copies a row of `N` to twice as many elements, as its first `N` and its last, which may overlap: a call of memcpy costs more.
#[inline(always)]
pub(super) fn copy_short<T: Copy, const N: usize>(to: &mut [T], from: &[T]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk()) {
        *to = *from;
    }
    if let (Some(to), Some(from)) = (to.last_chunk_mut::<N>(), from.last_chunk()) {
        *to = *from;
    }
}

/// Copies elements that begin at `position` and lie `stride` apart.
#[inline(always)]
pub(super) fn copy_run<T: Copy>(run: &mut [T], source: &[T], position: usize, stride: isize) {
    match stride {
        // A call of memcpy costs more than one element.
        _ if run.len() == 1 => run[0] = source[position],
        0 => run.fill(source[position]),
        1 => run.copy_from_slice(&source[position..position + run.len()]),
        -1 => {
            let from = &source[position + 1 - run.len()..=position];
            run.iter_mut()
                .zip(from.iter().rev())
                .for_each(|(to, &from)| *to = from);
        }
        2 => spaced::<T, 2>(run, &source[position..]),
        3 => spaced::<T, 3>(run, &source[position..]),
        4 => spaced::<T, 4>(run, &source[position..]),
        stride if stride > 0 => {
            let from = source[position..].iter().step_by(stride as usize);
            run.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
        }
        stride => {
            let from = source[..=position].iter().rev().step_by(stride.unsigned_abs());
            run.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
        }
    }
}

/// Copies every `N`-th element: with a distance that it knows, the compiler makes vectors of them.
#[inline(always)]
fn spaced<T: Copy, const N: usize>(run: &mut [T], source: &[T]) {
    // The last element need not have others behind it.
    if let Some((last, run)) = run.split_last_mut() {
        *last = source[run.len() * N];
        let (groups, _) = source.as_chunks::<N>();
        run.iter_mut().zip(groups).for_each(|(to, from)| *to = from[0]);
    }
}
