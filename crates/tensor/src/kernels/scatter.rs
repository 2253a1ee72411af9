//! Adding at the places that an index tensor names. The indices have been checked, except where a function says whether they lie inside.
//!
//! Several elements may be added to one place; they are, in the order of the index, whatever the number of threads. Where many are, the sum
//! of each 256 of them is put aside, and the place begins again at zero.

use crate::counters::{self, Family};
use crate::parallel::{self, threshold};
use crate::{Layout, Result};

use super::compensated::Compensated;
use super::walk::Walk;

mod blocks;
mod chains;
mod rows;

use chains::{Chains, Term};

/// Picoseconds that finding and adding an element of f32 takes.
const ELEMENT: u32 = 700;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Indices that go together at least where additions are counted: the counts of their places stay in the cache.
const COUNTED: usize = 1 << 12;

pub trait Scatter: Sized {
    /// `target[position i of base + index[i] * stride] += element i of the view of source`; no place is named more than `most` times.
    fn scatter_add(
        target: &mut [Self],
        base: &Layout,
        stride: isize,
        index: &[i64],
        most: usize,
        source: &[Self],
        layout: &Layout,
    );

    /// `target[o, index[o, i, c], c] += source[o, i, c]`, all of them row by row, and whether all indices lie inside; the lengths are those of the axis, the index
    /// along it, and `c`.
    fn scatter_add_blocks(
        target: &mut [Self],
        lengths: [usize; 3],
        index: &[i64],
        source: &[Self],
    ) -> Result<bool>;

    /// `target[o, index[o, i], c] += source[o, i, c]`, with the same lengths; or with one `index[i]` for all `o`.
    fn index_add(target: &mut [Self], lengths: [usize; 3], index: &[i64], source: &[Self]);
}

macro_rules! scatter {
    ($($t:ty, $rounded:literal, $aside:ty, $plus:expr, $add:expr, $value:expr;)*) => {
        $(impl Term for $t {
            const ROUNDED: bool = $rounded;
            type Aside = $aside;

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }

            fn add(sum: &mut Self::Aside, x: Self) {
                $add(sum, x);
            }

            fn value(sum: Self::Aside) -> Self {
                $value(sum)
            }
        }

        impl Scatter for $t {
            #[inline(never)]
            fn scatter_add(
                target: &mut [Self],
                base: &Layout,
                stride: isize,
                index: &[i64],
                most: usize,
                source: &[Self],
                layout: &Layout,
            ) {
                scatter_add(target, base, stride, index, most, source, layout);
            }

            #[inline(never)]
            fn scatter_add_blocks(
                target: &mut [Self],
                lengths: [usize; 3],
                index: &[i64],
                source: &[Self],
            ) -> Result<bool> {
                blocks::scatter_add(target, lengths, index, source)
            }

            #[inline(never)]
            fn index_add(target: &mut [Self], lengths: [usize; 3], index: &[i64], source: &[Self]) {
                rows::index_add(target, lengths, index, source);
            }
        })*
    };
}
macro_rules! scatter_floats {
    ($($t:ty)*) => {
        scatter! { $($t, true, Compensated<$t>, |x: $t, y: $t| x + y, Compensated::add, Compensated::value;)* }
    };
}
macro_rules! scatter_integers {
    ($($t:ident)*) => {
        scatter! { $($t, false, $t, $t::wrapping_add, |sum: &mut $t, x| *sum = sum.wrapping_add(x), |sum| sum;)* }
    };
}
scatter_floats! { f32 f64 }
scatter_integers! { i32 i64 u8 }

fn scatter_add<T: Term>(
    target: &mut [T],
    base: &Layout,
    stride: isize,
    index: &[i64],
    most: usize,
    source: &[T],
    layout: &Layout,
) {
    if index.is_empty() {
        return;
    }
    count::<T>(index, layout.distinct() * size_of::<T>());
    let job = Additions {
        stride,
        most,
        source,
        grain: parallel::grain(index.len(), threshold::<T>(ELEMENT)),
    };
    job.add(target, index, Walk::new([base, layout]));
}

/// Counts the additions of a source of so many bytes.
fn count<T>(index: &[i64], source: usize) {
    counters::kernel(Family::Scatter, || {
        let added = index.len() * size_of::<T>();
        [source + size_of_val(index) + added, added]
    });
}

/// What is common to the parts of the additions.
struct Additions<'a, T> {
    stride: isize,
    most: usize,
    source: &'a [T],
    /// Indices that a thread takes at a time.
    grain: usize,
}

impl<T: Term> Additions<'_, T> {
    /// Cuts the outermost axis in halves of halves, if the index does not lead from one to the other.
    fn add(&self, target: &mut [T], index: &[i64], walk: Walk<2>) {
        let middle = walk.lengths[0] / 2;
        let apart = walk.strides[0][0] > self.stride;
        let least = if Chains::<T>::may_be_full(self.most) {
            COUNTED
        } else {
            self.grain
        };
        if !apart || middle == 0 || index.len() <= least.min(self.grain) {
            return self.add_here(target, index, &walk);
        }
        let shared = index.len() > self.grain;
        let (index, more_index) = index.split_at(index.len() / walk.lengths[0] * middle);
        let (first, mut second) = walk.split(middle);
        let (left, right) = target.split_at_mut(second.offsets[0] as usize);
        second.offsets[0] = 0;
        let mut first = || self.add(left, index, first);
        let mut second = || self.add(right, more_index, second);
        if shared {
            parallel::join(&mut first, &mut second);
        } else {
            first();
            second();
        }
    }

    fn add_here(&self, target: &mut [T], index: &[i64], walk: &Walk<2>) {
        if !Chains::<T>::may_be_full(self.most) {
            return self.each(target, index, walk, |_, _| {});
        }
        let mut chains = Chains::new(target.len(), self.most);
        self.each(target, index, walk, |target, place| {
            if chains.is_full(place) {
                chains.put_aside(place, &mut target[place..=place]);
            }
        });
        chains.finish(target);
    }

    /// Calls `then` with the place after each addition.
    #[inline(always)]
    fn each(&self, target: &mut [T], index: &[i64], walk: &Walk<2>, mut then: impl FnMut(&mut [T], usize)) {
        let [to_stride, from_stride] = walk.strides();
        let mut done = 0;
        walk.runs(0, index.len(), |[mut to, mut from], length| {
            let index = &index[done..done + length];
            done += length;
            if (to_stride, from_stride, self.stride) == (0, 1, 1) {
                // Within a row.
                let source = &self.source[from as usize..][..length];
                for (&index, &x) in index.iter().zip(source) {
                    let place = to as usize + index as usize;
                    target[place] = target[place].plus(x);
                    then(target, place);
                }
                return;
            }
            for &index in index {
                let place = (to + index as isize * self.stride) as usize;
                let x = &mut target[place];
                *x = x.plus(self.source[from as usize]);
                then(target, place);
                to += to_stride;
                from += from_stride;
            }
        });
    }
}
