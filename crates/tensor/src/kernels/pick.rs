//! Reading at the places that an index tensor names. The indices have been checked.

use crate::Layout;
use crate::counters::{self, Family};
use crate::parallel::{self, COPY, threshold};
use crate::simd::{self, Work};

use super::copy::copy_short;
use super::walk::Walk;

/// Picoseconds that finding and copying an element of f32 takes.
const ELEMENT: u32 = 500;

/// Indices that are looked through together.
const PART: usize = 1 << 15;

pub trait Pick: Sized {
    /// `target[i] = source[position i of base + index[i] * stride]`.
    fn pick(target: &mut [Self], source: &[Self], base: &Layout, stride: isize, index: &[i64]);

    /// Of the rows of `inner` elements in each block of `length` rows, those that `index` names.
    fn select(target: &mut [Self], source: &[Self], length: usize, inner: usize, index: &[i64]);
}

macro_rules! pick {
    ($($t:ty),*) => {
        $(impl Pick for $t {
            #[inline(never)]
            fn pick(target: &mut [Self], source: &[Self], base: &Layout, stride: isize, index: &[i64]) {
                pick(target, source, base, stride, index);
            }

            #[inline(never)]
            fn select(target: &mut [Self], source: &[Self], length: usize, inner: usize, index: &[i64]) {
                select(target, source, length, inner, index);
            }
        })*
    };
}
pick! { f32, f64, i32, i64, u8, bool }

fn pick<T: Copy + Send + Sync>(target: &mut [T], source: &[T], base: &Layout, stride: isize, index: &[i64]) {
    if target.is_empty() {
        return;
    }
    counters::kernel(Family::Pick, || {
        [size_of_val(target) + size_of_val(index), size_of_val(target)]
    });
    let walk = Walk::new([base]);
    let [inner] = walk.strides();
    parallel::for_each_piece(target, threshold::<T>(ELEMENT), |start, piece| {
        let mut done = 0;
        walk.runs(start, piece.len(), |[mut position], length| {
            let index = &index[start + done..start + done + length];
            for (to, &index) in piece[done..done + length].iter_mut().zip(index) {
                *to = source[(position + index as isize * stride) as usize];
                position += inner;
            }
            done += length;
        });
    });
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
        let row = start / inner;
        let (mut block, mut next) = (row / index.len() * length, row % index.len());
        let mut from = || {
            let row = block + index[next] as usize;
            next += 1;
            if next == index.len() {
                (block, next) = (block + length, 0);
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
    let largest = |part: &[i64]| simd::dispatch(Largest(part));
    if !parallel::pays(index.len(), threshold::<i64>(COPY)) {
        return largest(index);
    }
    parallel::fold(0..index.len(), PART, PART, &u64::max, &|range| {
        largest(&index[range])
    })
}

struct Largest<'a>(&'a [i64]);

impl Work for Largest<'_> {
    type Output = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        self.0.iter().fold(0, |most, &i| (i as u64).max(most))
    }
}
