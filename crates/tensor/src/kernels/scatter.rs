//! Adding at the places that an index tensor names. The indices have been checked.
//!
//! Several elements may be added to one place; they are, in the order of the index, whatever the number of threads.

use crate::Layout;
use crate::parallel::{self, THRESHOLD};
use crate::simd::{self, Work};

use super::walk::Walk;

/// How many parts of the rows are added to at the same time.
const PARTS: usize = 16;

pub trait Scatter: Sized {
    /// `target[position i of base + index[i] * stride] += element i of the view of source`.
    fn scatter_add(
        target: &mut [Self],
        base: &Layout,
        stride: isize,
        index: &[i64],
        source: &[Self],
        layout: &Layout,
    );

    /// Adds rows of `inner` elements to those that `index` names, in each block of `length` rows.
    fn index_add(target: &mut [Self], length: usize, inner: usize, index: &[i64], source: &[Self]);
}

macro_rules! scatter {
    ($($t:ty, $add:expr;)*) => {
        $(impl Scatter for $t {
            #[inline(never)]
            fn scatter_add(
                target: &mut [Self],
                base: &Layout,
                stride: isize,
                index: &[i64],
                source: &[Self],
                layout: &Layout,
            ) {
                scatter_add(target, base, stride, index, source, layout, $add);
            }

            #[inline(never)]
            fn index_add(target: &mut [Self], length: usize, inner: usize, index: &[i64], source: &[Self]) {
                index_add(target, length, inner, index, source, $add);
            }
        })*
    };
}
scatter! {
    f32, |x: f32, y: f32| x + y;
    f64, |x: f64, y: f64| x + y;
    i32, i32::wrapping_add;
    i64, i64::wrapping_add;
    u8, u8::wrapping_add;
}

fn scatter_add<T: Copy>(
    target: &mut [T],
    base: &Layout,
    stride: isize,
    index: &[i64],
    source: &[T],
    layout: &Layout,
    add: impl Fn(T, T) -> T,
) {
    if index.is_empty() {
        return;
    }
    let walk = Walk::new([base, layout]);
    let [to_stride, from_stride] = walk.strides();
    let mut done = 0;
    walk.runs(0, index.len(), |[mut to, mut from], length| {
        for &index in &index[done..done + length] {
            let to_element = &mut target[(to + index as isize * stride) as usize];
            *to_element = add(*to_element, source[from as usize]);
            to += to_stride;
            from += from_stride;
        }
        done += length;
    });
}

fn index_add<T: Copy + Send + Sync>(
    target: &mut [T],
    length: usize,
    inner: usize,
    index: &[i64],
    source: &[T],
    add: impl Fn(T, T) -> T + Sync,
) {
    if source.is_empty() || target.is_empty() {
        return;
    }
    let (block, block_source) = (length * inner, index.len() * inner);
    let add = |target: &mut [T], first: usize, source: &[T]| {
        simd::dispatch(AddRows {
            target,
            first,
            inner,
            index,
            source,
            add: &add,
        });
    };
    if !parallel::pays(source.len(), THRESHOLD) {
        for (target, source) in target
            .chunks_exact_mut(block)
            .zip(source.chunks_exact(block_source))
        {
            add(target, 0, source);
        }
    } else if target.len() > block {
        parallel::divide(target, 0, block, block, &|start, target| {
            let from = start / block * block_source;
            add(target, 0, &source[from..from + block_source]);
        });
    } else {
        // Each part of the target goes through the whole index for its rows.
        let part = length.div_ceil(PARTS) * inner;
        parallel::divide(target, 0, part, part, &|start, target| {
            add(target, start / inner, source);
        });
    }
}

/// Adds those rows of `source` that belong to the rows of the target from `first` on.
struct AddRows<'a, T, F> {
    target: &'a mut [T],
    first: usize,
    inner: usize,
    index: &'a [i64],
    source: &'a [T],
    add: &'a F,
}

impl<T: Copy, F: Fn(T, T) -> T> Work for AddRows<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rows = self.target.len() / self.inner;
        for (&index, from) in self.index.iter().zip(self.source.chunks_exact(self.inner)) {
            let row = (index as usize).wrapping_sub(self.first);
            if row < rows {
                let to = &mut self.target[row * self.inner..(row + 1) * self.inner];
                for (to, &from) in to.iter_mut().zip(from) {
                    *to = (self.add)(*to, from);
                }
            }
        }
    }
}
