//! A row times a matrix: each element of the matrix is needed once, so that reading it is all that takes time.
//!
//! Each thread reads a part of memory that has no gaps. The columns of a matrix that lies row after row would be a part with gaps, which would fill
//! some sets of the thread's caches and leave the others empty; so there the terms are cut into chains, and threads compute different chains.

use std::hint::black_box;
use std::ops::Range;

use crate::parallel;
use crate::simd::unaligned::read;
use crate::simd::{Vector, Work};
use crate::storage::Storage;
use crate::{Float, Numeric, Result};

use super::tile::{load_some, total};
use super::{DEPTH, Matrix, Product, Target, even, long};

/// What an element of the matrix takes, in picoseconds: measured with matrices of 100 kB to 1 MB, which the second-level cache holds.
const READ: u32 = 25;

/// Chains are a multiple of this many where several threads could share them.
const SHARED: usize = 4;

/// `finish(start + row * matrix)`, for a matrix whose rows have no gaps and are at least a vector long.
pub fn row<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [_, columns, depth] = product.sizes();
    let mut chains = depth.div_ceil(DEPTH).max(1);
    if depth >= DEPTH / 2 && depth * columns >= parallel::threshold::<V::Element>(READ) {
        chains = chains.next_multiple_of(SHARED);
    }
    let strip = even(columns, strip::<V>());
    let strips = columns.div_ceil(strip);
    // The first chain's sums are those of the target.
    let mut others = Storage::scratch((chains - 1) * columns)?;
    let row = Row::<V> {
        product,
        height: depth.div_ceil(chains),
        strip,
        strips,
        target: Target::new(target),
        others: Target::new(others.as_mut_slice()),
    };
    for_each_range(product, chains * strips, &|range| {
        // SAFETY: the vector is the one of the level in use.
        unsafe { V::run(Part(&row, range)) }
    });
    let total = Total(target, others.as_slice(), product);
    // SAFETY: as above.
    unsafe { V::run(total) }
    Ok(())
}

/// Runs the work on ranges of `0..units`, between which the matrix is divided evenly, on several threads if that pays.
fn for_each_range<T>(product: &Product<'_, T>, units: usize, work: &(dyn Fn(Range<usize>) + Sync)) {
    let [_, columns, depth] = product.sizes();
    let (size, threshold) = (depth * columns, parallel::threshold::<T>(READ));
    let mut parts = 1;
    if !product.divided && parallel::pays(size, threshold) {
        parts = units
            .min(4 * parallel::workers_at_once())
            .min((size / threshold).max(2));
    }
    parallel::for_each_range(units, parts, work);
}

/// Columns whose sums are kept in registers: twice as many as hide the latency of the operation, if there are so many.
const fn strip<V: Vector>() -> usize {
    if V::SUMS >= 24 {
        16 * V::LANES
    } else {
        8 * V::LANES
    }
}

struct Row<'a, V: Vector> {
    product: &'a Product<'a, V::Element>,
    /// Terms of a chain.
    height: usize,
    /// Columns of a strip, the last of which may have fewer, and the number of strips.
    strip: usize,
    strips: usize,
    target: Target<V::Element>,
    /// The sums of all chains but the first, one row after another.
    others: Target<V::Element>,
}

/// Some strips of some chains, counted along the chains.
struct Part<'a, V: Vector>(&'a Row<'a, V>, Range<usize>);

impl<V: Vector<Element: Float>> Work for Part<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for unit in self.1 {
            self.0.unit(unit / self.0.strips, unit % self.0.strips);
        }
    }
}

impl<V: Vector<Element: Float>> Row<'_, V> {
    #[inline(always)]
    fn unit(&self, chain: usize, strip: usize) {
        let [_, columns, depth] = self.product.sizes();
        let first = (chain * self.height).min(depth);
        let column = strip * self.strip;
        let width = self.strip.min(columns - column);
        let right = self.product.right;
        let chain = Chain {
            terms: self.height.min(depth - first),
            left: self.product.left.at(0, first),
            left_stride: self.product.left.strides[1],
            right: right.at(first, column),
            right_row: right.strides[0],
            start: self
                .product
                .start
                .filter(|_| chain == 0)
                .map(|start| &start[column..]),
            target: match chain {
                0 => self.target.at(column),
                _ => self.others.at((chain - 1) * columns + column),
            },
            width,
        };
        // SAFETY: the vector is the one of the level in use; the rows have no gaps and so many columns, which only this unit writes to.
        unsafe {
            match width.div_ceil(V::LANES) {
                0 | 1 => chain.run::<V, 1>(),
                2 => chain.run::<V, 2>(),
                3 | 4 => chain.run::<V, 4>(),
                5..=8 => chain.run::<V, 8>(),
                _ => chain.run::<V, 16>(),
            }
        }
    }
}

/// The sums of some columns over some terms, one after another.
struct Chain<'a, T> {
    terms: usize,
    left: *const T,
    left_stride: isize,
    right: *const T,
    right_row: isize,
    start: Option<&'a [T]>,
    target: *mut T,
    width: usize,
}

impl<T: Float> Chain<'_, T> {
    /// In `C` vectors; those that the width does not need compute what the last one does, as that does with columns of the one before.
    ///
    /// # Safety
    /// The machine has the vector's instructions; all that the chain says is there can be read and written.
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>, const C: usize>(&self) {
        let mut offsets = [0; C];
        for (j, offset) in offsets.iter_mut().enumerate() {
            *offset = (j * V::LANES).min(self.width.saturating_sub(V::LANES));
        }
        // SAFETY: the caller's promise. Pointers behind the last row are made, but not read.
        unsafe {
            let mut sums = [V::splat(T::ZERO); C];
            if let Some(start) = self.start {
                for (sum, &offset) in sums.iter_mut().zip(&offsets) {
                    *sum = load_some(start.as_ptr().wrapping_add(offset), self.width);
                }
            }
            let (mut left, mut right) = (self.left, self.right);
            // A step that the compiler does not know keeps it from unrolling the loop: each load would then read every other row, too far apart for
            // the part of the processor that foresees addresses. That takes 1.6 times as long (Zen 5).
            let (mut term, step) = (0, black_box(1));
            while term != self.terms {
                let factor = V::splat(read(left));
                for (sum, &offset) in sums.iter_mut().zip(&offsets) {
                    *sum = factor.mul_add(V::load(right.wrapping_add(offset)), *sum);
                }
                left = left.wrapping_offset(self.left_stride);
                right = right.wrapping_offset(self.right_row);
                term += step;
            }
            for (&sum, &offset) in sums.iter().zip(&offsets) {
                sum.store(self.target.wrapping_add(offset));
            }
        }
    }
}

/// Adds the chains, and finishes the row.
struct Total<'a, T>(&'a mut [T], &'a [T], &'a Product<'a, T>);

impl<T: Float> Work for Total<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(target, others, product) = self;
        for sums in others.chunks_exact(target.len()) {
            for (x, &sum) in target.iter_mut().zip(sums) {
                *x += sum;
            }
        }
        if let Some(finish) = product.finish {
            finish(&[], &mut [target], &[]);
        }
    }
}

/// Vectors of terms whose products are added at the same time: a column after another is read faster than several at once.
const SIDE_BY_SIDE: usize = 8;

/// `finish(start + row * matrix)`, for a row and for columns of the matrix that have no gaps.
pub fn dots<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let mut room = Storage::scratch(0)?;
    let left = product.left.with_dense_rows(&mut room)?;
    let (units, target) = (target.len(), Target::new(target));
    for_each_range(product, units, &|columns| {
        let part = Columns::<V> {
            product,
            left,
            columns,
            target,
        };
        // SAFETY: the vector is the one of the level in use.
        unsafe { V::run(part) }
    });
    Ok(())
}

/// Some elements of a row times the columns of a matrix.
struct Columns<'a, V: Vector> {
    product: &'a Product<'a, V::Element>,
    left: Matrix<'a, V::Element>,
    columns: Range<usize>,
    target: Target<V::Element>,
}

impl<V: Vector<Element: Float>> Work for Columns<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            product,
            left,
            columns,
            target,
        } = self;
        // SAFETY: no other range has these elements.
        let target = unsafe { target.slice(columns.start, columns.len()) };
        for (x, column) in target.iter_mut().zip(columns.clone()) {
            // SAFETY: the vector is the one of the level in use; row and column have so many elements without gaps.
            let dot = unsafe { dot::<V>(left.at(0, 0), product.right.at(0, column), left.shape[1]) };
            *x = product.start.map_or(V::Element::ZERO, |start| start[column]) + dot;
        }
        if let Some(finish) = product.finish {
            finish(&[], &mut [target], &[]);
        }
    }
}

/// The sum of products of `depth` numbers each. As [`long`](super::long) leaves so few of them, no sum has more than [`DEPTH`] terms.
///
/// # Safety
/// The machine has the vector's instructions; so many elements can be read.
#[inline(always)]
unsafe fn dot<V: Vector<Element: Float>>(
    left: *const V::Element,
    right: *const V::Element,
    depth: usize,
) -> V::Element {
    const { assert!(long::DEPTH <= SIDE_BY_SIDE * V::LANES * DEPTH) }
    let group = SIDE_BY_SIDE * V::LANES;
    // SAFETY: the caller's promise; behind the last whole vector only the elements left are read.
    unsafe {
        let mut sums = [V::splat(V::Element::ZERO); SIDE_BY_SIDE];
        let term =
            |at: usize, sum: V| V::load(left.wrapping_add(at)).mul_add(V::load(right.wrapping_add(at)), sum);
        let grouped = depth / group * group;
        for first in (0..grouped).step_by(group) {
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum = term(first + j * V::LANES, *sum);
            }
        }
        for (j, sum) in sums.iter_mut().enumerate() {
            let at = grouped + j * V::LANES;
            if at + V::LANES <= depth {
                *sum = term(at, *sum);
            } else if at < depth {
                let [x, y] = [left, right].map(|from| load_some::<V>(from.wrapping_add(at), depth - at));
                *sum = x.mul_add(y, *sum);
            }
        }
        let one = V::splat(V::Element::ONE);
        let mut half = SIDE_BY_SIDE / 2;
        while half > 0 {
            for j in 0..half {
                sums[j] = one.mul_add(sums[j], sums[j + half]);
            }
            half /= 2;
        }
        total(sums[0])
    }
}
