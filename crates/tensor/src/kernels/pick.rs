//! Reading at the places that an index tensor names. The indices have been checked.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Layout;
use crate::counters::{self, Family};
use crate::parallel::{self, COPY, threshold};
use crate::simd::unaligned::prefetch;
use crate::simd::{self, Work};

use super::copy::copy_short;
use super::walk::Walk;

/// Picoseconds that finding and copying an element of f32 takes.
const ELEMENT: u32 = 500;

/// Indices that are looked through together: they stay in the first-level cache until they are used.
const CHECKED: usize = 1 << 11;

/// How many rows before it is copied one is asked for.
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

    /// Of the rows of `inner` elements in each block of `length` rows, those that `index` names.
    fn select(target: &mut [Self], source: &[Self], length: usize, inner: usize, index: &[i64]);
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
            fn select(target: &mut [Self], source: &[Self], length: usize, inner: usize, index: &[i64]) {
                select(target, source, length, inner, index);
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
                for (to, &index) in targets.zip(&index[done..done + length]) {
                    *to = source[(position + index as isize * stride) as usize];
                    position += inner;
                }
                done += length;
            });
        }
    });
    all_inside.into_inner()
}

fn select<T: Copy + Send + Sync>(target: &mut [T], source: &[T], length: usize, inner: usize, index: &[i64]) {
    if target.is_empty() {
        return;
    }
    counters::kernel(Family::Pick, || {
        [size_of_val(target) + size_of_val(index), size_of_val(target)]
    });
    let cost = COPY + ELEMENT / inner as u32;
    parallel::for_each_piece_of_rows(target, inner, threshold::<T>(cost), |start, piece| {
        let rows = Rows {
            source,
            inner,
            length,
            index,
        };
        let row = start / inner;
        match inner {
            // A call of memcpy costs more than some elements.
            1 => rows.copy(piece, row, |to, from| to[0] = from[0]),
            2..=3 => rows.copy(piece, row, copy_short::<T, 2>),
            4..=7 => rows.copy(piece, row, copy_short::<T, 4>),
            8..=15 => rows.copy(piece, row, copy_short::<T, 8>),
            16..=31 => rows.copy(piece, row, copy_short::<T, 16>),
            32..=63 => rows.copy(piece, row, copy_short::<T, 32>),
            _ => rows.copy(piece, row, <[T]>::copy_from_slice),
        }
    });
}

/// Rows of `inner` elements in blocks of `length` of them, and which ones are wanted of each block.
struct Rows<'a, T> {
    source: &'a [T],
    inner: usize,
    length: usize,
    index: &'a [i64],
}

impl<T> Rows<'_, T> {
    /// Copies the wanted rows from the `first` on.
    #[inline(always)]
    fn copy(&self, target: &mut [T], first: usize, copy: impl Fn(&mut [T], &[T])) {
        let (inner, count) = (self.inner, self.index.len());
        let (mut block, mut next) = (first / count * self.length, first % count);
        for to in target.chunks_exact_mut(inner) {
            let from = (block + self.index[next] as usize) * inner;
            if let Some(&ahead) = self.index.get(next + AHEAD) {
                prefetch(
                    self.source
                        .as_ptr()
                        .wrapping_add((block + ahead as usize) * inner),
                );
            }
            copy(to, &self.source[from..from + inner]);
            next += 1;
            if next == count {
                (block, next) = (block + self.length, 0);
            }
        }
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

fn largest_here(index: &[i64]) -> u64 {
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
