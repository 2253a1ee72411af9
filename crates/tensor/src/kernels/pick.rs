//! Reading at the places that an index tensor names. The indices have been checked.

use crate::Layout;
use crate::parallel::{self, COPY, threshold};

use super::walk::Walk;

/// Picoseconds that finding and copying an element of f32 takes.
const ELEMENT: u32 = 500;

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
    parallel::for_each_piece_of_rows(
        target,
        inner,
        threshold::<T>(COPY + ELEMENT / inner as u32),
        |start, piece| {
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
            if inner == 1 {
                // A call of memcpy costs more than one element.
                for to in piece {
                    *to = source[from()];
                }
            } else {
                for to in piece.chunks_exact_mut(inner) {
                    let from = from() * inner;
                    to.copy_from_slice(&source[from..from + inner]);
                }
            }
        },
    );
}
