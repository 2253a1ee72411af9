//! Adding at the places that an index tensor names. The indices have been checked.
//!
//! Several elements may be added to one place; they are, in the order of the index, whatever the number of threads. Where many are, the sum
//! of each 256 of them is put aside, and the place begins again at zero.

use std::collections::HashMap;

use crate::Layout;
use crate::counters::{self, Family};
use crate::parallel::{self, threshold};
use crate::simd::{self, Work};

use super::compensated::Compensated;
use super::walk::Walk;

/// Picoseconds that finding and adding an element of f32 takes.
const ELEMENT: u32 = 700;

/// Picoseconds that adding an element of a row takes.
const ADD: u32 = 150;

/// How many parts of the rows a thread adds to, each time going through the whole index; and how long the rows are at least, for that to pay.
const PARTS: usize = 4;
const WIDE: usize = 16;

/// Indices that go together at least where additions are counted: the counts of their places stay in the cache.
const COUNTED: usize = 1 << 12;

/// Additions to one place, one after another: as many as a byte counts.
const CHAIN: usize = 1 << u8::BITS;

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

    /// Adds rows of `inner` elements to those that `index` names, in each block of `length` rows.
    fn index_add(target: &mut [Self], length: usize, inner: usize, index: &[i64], source: &[Self]);
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
            fn index_add(target: &mut [Self], length: usize, inner: usize, index: &[i64], source: &[Self]) {
                index_add(target, length, inner, index, source);
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

/// What is added.
trait Term: Copy + Default + Send + Sync {
    /// Whether an order of additions can be better than another.
    const ROUNDED: bool;

    /// A sum of sums.
    type Aside: Copy + Default;

    fn plus(self, other: Self) -> Self;

    fn add(sum: &mut Self::Aside, x: Self);

    fn value(sum: Self::Aside) -> Self;
}

/// How many elements have been added to each place, and what was put aside.
struct Chains<T: Term> {
    /// The number of additions since the last time; empty if no place can have too many.
    counts: Vec<u8>,
    aside: HashMap<usize, Vec<T::Aside>>,
}

impl<T: Term> Chains<T> {
    /// For so many places, none of which is added to more than `most` times.
    fn new(places: usize, most: usize) -> Self {
        let places = if T::ROUNDED && most > CHAIN { places } else { 0 };
        Self {
            counts: vec![0; places],
            aside: HashMap::new(),
        }
    }

    /// Counts one addition and says whether what is there must be put aside.
    #[inline(always)]
    fn is_full(&mut self, place: usize) -> bool {
        self.counts.get_mut(place).is_some_and(|count| {
            *count = count.wrapping_add(1);
            *count == 0
        })
    }

    #[cold]
    fn put_aside(&mut self, place: usize, elements: &mut [T]) {
        let aside = { self.aside.entry(place) }.or_insert_with(|| vec![T::Aside::default(); elements.len()]);
        for (sum, x) in aside.iter_mut().zip(elements) {
            T::add(sum, *x);
            *x = T::default();
        }
    }

    /// Adds what was put aside to places of `inner` elements.
    fn finish(self, target: &mut [T], inner: usize) {
        for (place, aside) in self.aside {
            for (mut sum, x) in aside.into_iter().zip(&mut target[place * inner..]) {
                T::add(&mut sum, *x);
                *x = T::value(sum);
            }
        }
    }
}

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
    counters::kernel(Family::Scatter, || {
        let added = index.len() * size_of::<T>();
        [
            layout.distinct() * size_of::<T>() + size_of_val(index) + added,
            added,
        ]
    });
    let job = Additions {
        stride,
        most,
        source,
        grain: parallel::grain(index.len(), threshold::<T>(ELEMENT)),
    };
    job.add(target, index, Walk::new([base, layout]));
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
        let least = if self.may_be_full() { COUNTED } else { self.grain };
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

    /// Whether one place may get too many, so that additions have to be counted.
    fn may_be_full(&self) -> bool {
        T::ROUNDED && self.most > CHAIN
    }

    fn add_here(&self, target: &mut [T], index: &[i64], walk: &Walk<2>) {
        if !self.may_be_full() {
            return self.each(target, index, walk, |_, _| {});
        }
        let mut chains = Chains::new(target.len(), self.most);
        self.each(target, index, walk, |target, place| {
            if chains.is_full(place) {
                chains.put_aside(place, &mut target[place..=place]);
            }
        });
        chains.finish(target, 1);
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

fn index_add<T: Term>(target: &mut [T], length: usize, inner: usize, index: &[i64], source: &[T]) {
    if source.is_empty() || target.is_empty() {
        return;
    }
    counters::kernel(Family::Scatter, || {
        let added = size_of_val(source);
        [2 * added + size_of_val(index), added]
    });
    let (block, block_source) = (length * inner, index.len() * inner);
    let add = |target: &mut [T], first: usize, source: &[T]| {
        simd::dispatch(AddRows {
            target,
            first,
            inner,
            index,
            source,
        });
    };
    let pays = parallel::pays(source.len(), threshold::<T>(ADD));
    if pays && target.len() > block {
        parallel::divide(target, 0, block, block, &|start, target| {
            let from = start / block * block_source;
            add(target, 0, &source[from..from + block_source]);
        });
    } else if pays && inner >= WIDE {
        // Each part of the target goes through the whole index for its rows: to skip one takes as long as to add some elements.
        let part = length.div_ceil(PARTS * parallel::threads()) * inner;
        parallel::divide(target, 0, part, part, &|start, target| {
            add(target, start / inner, source);
        });
    } else {
        let blocks = target
            .chunks_exact_mut(block)
            .zip(source.chunks_exact(block_source));
        blocks.for_each(|(target, source)| add(target, 0, source));
    }
}

/// Adds those rows of `source` that belong to the rows of the target from `first` on.
struct AddRows<'a, T> {
    target: &'a mut [T],
    first: usize,
    inner: usize,
    index: &'a [i64],
    source: &'a [T],
}

impl<T: Term> Work for AddRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rows = self.target.len() / self.inner;
        let mut chains = Chains::new(rows, self.index.len());
        for (&index, from) in self.index.iter().zip(self.source.chunks_exact(self.inner)) {
            let row = (index as usize).wrapping_sub(self.first);
            if row < rows {
                let to = &mut self.target[row * self.inner..(row + 1) * self.inner];
                for (to, &from) in to.iter_mut().zip(from) {
                    *to = to.plus(from);
                }
                if chains.is_full(row) {
                    chains.put_aside(row, to);
                }
            }
        }
        chains.finish(self.target, self.inner);
    }
}
