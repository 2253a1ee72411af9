//! Reading at the places that an index tensor names. The indices have been checked.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Layout;
use crate::counters::{self, Family};
use crate::parallel::{self, COPY, threshold};
use crate::simd::{self, Work, unaligned::prefetch};

use super::copy::copy_short;
use super::walk::Walk;

/// Picoseconds that finding and copying an element of f32 takes.
const ELEMENT: u32 = 500;

/// Indices that are looked through together: they stay in the first-level cache until they are used.
pub(super) const CHECKED: usize = 1 << 11;

/// Rows that are asked for before their turn.
const AHEAD: usize = 8;

pub trait Pick: Sized {
    /// `target[i] = source[position i of base + index[i] * stride]`, if all indices lie in `0..length`, and whether they do.
    fn pick(
        target: &mut [Self],
        source: &[Self],
        base: &Layout,
        stride: isize,
        index: &[i64],
        length: usize,
    ) -> bool;

    /// `target[o, i, c] = source[o, index[o, i], c]`, all of them row by row, or with one `index[i]` for all `o`; the lengths are those of the
    /// axis, the index along it, and `c`.
    fn select(target: &mut [Self], source: &[Self], lengths: [usize; 3], index: &[i64]);
}

macro_rules! pick {
    ($($t:ty),*) => {
        $(impl Pick for $t {
            #[inline(never)]
            fn pick(
                target: &mut [Self],
                source: &[Self],
                base: &Layout,
                stride: isize,
                index: &[i64],
                length: usize,
            ) -> bool {
                pick(target, source, base, stride, index, length)
            }

            #[inline(never)]
            fn select(target: &mut [Self], source: &[Self], lengths: [usize; 3], index: &[i64]) {
                select(target, source, lengths, index);
            }
        })*
    };
}
pick! { f32, f64, i32, i64, u8, bool }

fn pick<T: Copy + Send + Sync>(
    target: &mut [T],
    source: &[T],
    base: &Layout,
    stride: isize,
    index: &[i64],
    length: usize,
) -> bool {
    if target.is_empty() {
        return true;
    }
    counters::kernel(Family::Pick, || {
        [size_of_val(target) + size_of_val(index), size_of_val(target)]
    });
    let walk = Walk::new([base]);
    let [inner] = walk.strides();
    let all_inside = AtomicBool::new(true);
    parallel::for_each_piece(target, threshold::<T>(ELEMENT), |start, piece| {
        let index = &index[start..start + piece.len()];
        for (i, (piece, index)) in piece.chunks_mut(CHECKED).zip(index.chunks(CHECKED)).enumerate() {
            if largest_here(index) >= length as u64 {
                return all_inside.store(false, Ordering::Relaxed);
            }
            let mut done = 0;
            walk.runs(start + i * CHECKED, piece.len(), |[mut position], length| {
                let targets = piece[done..done + length].iter_mut();
                let targets = targets.zip(&index[done..done + length]);
                done += length;
                if inner == 0 && stride == 1 {
                    let row = &source[position as usize..];
                    return targets.for_each(|(to, &index)| *to = row[index as usize]);
                }
                for (to, &index) in targets {
                    *to = source[(position + index as isize * stride) as usize];
                    position += inner;
                }
            });
        }
    });
    all_inside.into_inner()
}

fn select<T: Copy + Send + Sync>(
    target: &mut [T],
    source: &[T],
    [length, count, inner]: [usize; 3],
    index: &[i64],
) {
    if target.is_empty() {
        return;
    }
    counters::kernel(Family::Pick, || {
        [size_of_val(target) + size_of_val(index), size_of_val(target)]
    });
    let cost = COPY + ELEMENT / inner as u32;
    parallel::for_each_piece_of_rows(target, inner, threshold::<T>(cost), |start, piece| {
        let row = start / inner;
        let (mut block, mut place) = (row / count * length, row % count);
        let shared = index.len() == count;
        let mut next = if shared { place } else { row };
        // Rows of a cache line or so are asked for before their turn.
        let ahead = if inner >= 8 { AHEAD } else { usize::MAX };
        let mut from = || {
            let row = block + index[next] as usize;
            if let Some(&later) = index.get(next.saturating_add(ahead)) {
                let later = source.as_ptr().wrapping_add((block + later as usize) * inner);
                prefetch(later);
                prefetch(later.wrapping_add(inner - 1));
            }
            (place, next) = (place + 1, next + 1);
            if place == count {
                (block, place) = (block + length, 0);
                next = if shared { 0 } else { next };
            }
            row
        };
        match inner {
            // A call of memcpy costs more than one element.
            1 => piece.iter_mut().for_each(|to| *to = source[from()]),
            2..=3 => rows(piece, source, inner, from, copy_short::<T, 2>),
            4..=7 => rows(piece, source, inner, from, copy_short::<T, 4>),
            8..=15 => rows(piece, source, inner, from, copy_short::<T, 8>),
            16..=31 => rows(piece, source, inner, from, copy_short::<T, 16>),
            _ => rows(piece, source, inner, from, <[T]>::copy_from_slice),
        }
    });
}

/// Copies the rows that `next` names.
#[inline(always)]
fn rows<T>(
    target: &mut [T],
    source: &[T],
    inner: usize,
    mut next: impl FnMut() -> usize,
    copy: impl Fn(&mut [T], &[T]),
) {
    for to in target.chunks_exact_mut(inner) {
        let from = next() * inner;
        copy(to, &source[from..from + inner]);
    }
}

/// The largest index, as an unsigned number, so that negative ones are larger than any length; 0 of none.
pub(crate) fn largest(index: &[i64]) -> u64 {
    let grain = parallel::grain(index.len(), threshold::<i64>(COPY));
    if index.len() <= grain {
        return largest_here(index);
    }
    parallel::fold(0..index.len(), CHECKED, grain, &u64::max, &|range| {
        largest_here(&index[range])
    })
}

pub(super) fn largest_here(index: &[i64]) -> u64 {
    simd::dispatch(Largest(index))
}

struct Largest<'a>(&'a [i64]);

impl Work for Largest<'_> {
    type Output = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        self.0.iter().fold(0, |most, &i| (i as u64).max(most))
    }
}
