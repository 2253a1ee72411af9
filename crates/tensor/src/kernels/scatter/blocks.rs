//! Adding at indices of one for each element, where everything lies row by row.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Result;
use crate::kernels::pick::{CHECKED, largest_here};
use crate::kernels::product::Target;
use crate::parallel::{self, threshold};
use crate::simd::unaligned::prefetch;
use crate::storage::Storage;

use super::chains::{Chains, Term};
use super::{ELEMENT, LINE, count};

/// Bytes of the target that stay in the second-level cache while all is added to them.
const CACHED: usize = 1 << 19;

/// Columns that are taken together at least: of rows that are cut into shorter pieces, the memory is read slowly.
const NARROW: usize = 32;

/// Rows of the index that are asked for before their turn: where only a piece of each is read, the machine doesn't see what comes.
const AHEAD: usize = 2;

/// `target[o, index[o, i, c], c] += source[o, i, c]`, and whether all indices lie in `0..length`; what has been added if one does not is
/// unspecified.
pub fn scatter_add<T: Term>(
    target: &mut [T],
    [length, rows, inner]: [usize; 3],
    index: &[i64],
    source: &[T],
) -> Result<bool> {
    if index.is_empty() {
        return Ok(true);
    }
    if target.is_empty() {
        return Ok(false);
    }
    count::<T>(index, size_of_val(source));
    let grain = parallel::grain(index.len(), threshold::<T>(ELEMENT));
    let outside = AtomicBool::new(false);
    if inner > 1 {
        let blocks = Blocks {
            target: Target::new(target),
            length,
            rows,
            inner,
            index,
            source,
            outside: &outside,
        };
        blocks.add(target.len() / (length * inner), grain < index.len())?;
    } else {
        let grain = (grain / rows).max(1).saturating_mul(length);
        parallel::divide(target, 0, length, grain, &|start, target| {
            let first = start / length * rows;
            if !add_lines(target, length, rows, &index[first..], &source[first..]) {
                outside.store(true, Ordering::Relaxed);
            }
        });
    }
    Ok(!outside.into_inner())
}

/// Adds to lines of `length` elements so many each, if all their indices are smaller.
fn add_lines<T: Term>(target: &mut [T], length: usize, count: usize, index: &[i64], source: &[T]) -> bool {
    let mut chains = Chains::new(length, count);
    // The indices are looked at just before they are used: reading them once more would take as long as the rest.
    let lines = (CHECKED / count).max(1);
    let groups = target.chunks_mut(lines * length).zip(index.chunks(lines * count));
    for ((target, index), source) in groups.zip(source.chunks(lines * count)) {
        let count_here = target.len() / length * count;
        let (index, source) = (&index[..count_here], &source[..count_here]);
        if largest_here(index) >= length as u64 {
            return false;
        }
        if !Chains::<T>::may_be_full(count) {
            add_by_turns(target, length, count, index, source);
            continue;
        }
        let terms = index.chunks_exact(count).zip(source.chunks_exact(count));
        for (line, (index, source)) in target.chunks_exact_mut(length).zip(terms) {
            add_counted(line, index, source, &mut chains);
        }
    }
    true
}

/// Adds to two lines by turns: what goes to one place seldom has to wait until something else has.
#[inline(always)]
fn add_by_turns<T: Term>(target: &mut [T], length: usize, count: usize, index: &[i64], source: &[T]) {
    let mut pairs = target.chunks_exact_mut(2 * length);
    let indices = index.chunks_exact(2 * count);
    let terms = source.chunks_exact(2 * count);
    let (last_index, last_terms) = (indices.remainder(), terms.remainder());
    for ((lines, index), source) in (&mut pairs).zip(indices).zip(terms) {
        let (first, second) = lines.split_at_mut(length);
        let ((index, more_index), (source, more)) = (index.split_at(count), source.split_at(count));
        for ((&i, &x), (&j, &y)) in index.iter().zip(source).zip(more_index.iter().zip(more)) {
            let (i, j) = (i as usize, j as usize);
            first[i] = first[i].plus(x);
            second[j] = second[j].plus(y);
        }
    }
    let line = pairs.into_remainder();
    for (&i, &x) in last_index.iter().zip(last_terms) {
        line[i as usize] = line[i as usize].plus(x);
    }
}

#[inline(always)]
fn add_counted<T: Term>(line: &mut [T], index: &[i64], source: &[T], chains: &mut Chains<T>) {
    let (mut index, mut source) = (index, source);
    // Nothing is called where nothing is full, so that all stays in registers.
    while let Some(last) = chains.add_until_full(line, index, source) {
        let place = index[last] as usize;
        chains.put_aside(place, &mut line[place..=place]);
        (index, source) = (&index[last + 1..], &source[last + 1..]);
    }
    chains.finish(line);
    chains.restart();
}

/// Blocks of `length` rows of `inner` columns, to each of which `rows` rows are added.
struct Blocks<'a, T> {
    target: Target<T>,
    length: usize,
    rows: usize,
    inner: usize,
    index: &'a [i64],
    source: &'a [T],
    outside: &'a AtomicBool,
}

impl<T: Term> Blocks<'_, T> {
    /// Adds to so many blocks, some columns at a time. These do not depend on each other: how many are taken together changes no bit.
    fn add(&self, blocks: usize, shared: bool) -> Result<()> {
        let line = LINE / size_of::<T>();
        let threads = if shared { parallel::threads() } else { 1 };
        let fair = if blocks < threads {
            self.inner.div_ceil(threads)
        } else {
            self.inner
        };
        let cached = CACHED / (self.length * size_of::<T>());
        // In all columns or in few, it is the memory that is waited for, and a copy of them would be for nothing.
        let copied = cached >= NARROW.min(self.inner) && self.rows >= self.length / 2;
        let width = if copied { fair.min(cached) } else { fair };
        let width = width.next_multiple_of(line).min(self.inner);
        let parts = self.inner.div_ceil(width);
        let add = |part: usize| {
            let column = part % parts * width;
            let part = Columns {
                blocks: self,
                block: part / parts,
                column,
                width: width.min(self.inner - column),
            };
            if copied {
                part.add_to_copy()
            } else {
                part.add_in_place()
            }
        };
        if shared {
            parallel::try_for_each(0..blocks * parts, &add)
        } else {
            (0..blocks * parts).try_for_each(add)
        }
    }
}

/// Columns of a block; no others are the same ones.
struct Columns<'a, T> {
    blocks: &'a Blocks<'a, T>,
    block: usize,
    column: usize,
    width: usize,
}

impl<T: Term> Columns<'_, T> {
    /// In a copy, whose rows never share the few places that a cache has for addresses so far apart.
    fn add_to_copy(&self) -> Result<()> {
        let width = self.width;
        let mut room = Storage::scratch(self.blocks.length * width)?;
        let room = room.as_mut_slice();
        for (i, to) in room.chunks_exact_mut(width).enumerate() {
            to.copy_from_slice(self.row(i));
        }
        let mut chains = Chains::new(room.len(), self.blocks.rows);
        self.each(|row, c, x| {
            let place = row * width + c;
            room[place] = room[place].plus(x);
            if chains.is_full(place) {
                chains.put_aside(place, &mut room[place..=place]);
            }
        });
        chains.finish(room);
        for (i, from) in room.chunks_exact(width).enumerate() {
            self.row(i).copy_from_slice(from);
        }
        Ok(())
    }

    fn add_in_place(&self) -> Result<()> {
        let mut chains = Chains::new(self.blocks.length * self.width, self.blocks.rows);
        self.each(|row, c, x| {
            let element = &mut self.row(row)[c..=c];
            element[0] = element[0].plus(x);
            let place = row * self.width + c;
            if chains.is_full(place) {
                chains.put_aside(place, element);
            }
        });
        chains.finish_each(|place, finish| finish(&mut self.row(place / self.width)[place % self.width..]));
        Ok(())
    }

    /// These columns of a row of the target.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    fn row(&self, i: usize) -> &mut [T] {
        assert!(i < self.blocks.length);
        let first = (self.block * self.blocks.length + i) * self.blocks.inner + self.column;
        // SAFETY: the row lies inside the target, which is borrowed as long as the blocks are, and nobody else has its columns; here, they are had for one
        // statement at a time.
        unsafe { self.blocks.target.slice(first, self.width) }
    }

    /// Calls `add` with the index, the column and the term of all additions, up to a row with an index outside.
    #[inline(always)]
    fn each(&self, mut add: impl FnMut(usize, usize, T)) {
        let Blocks {
            index,
            source,
            inner,
            rows,
            ..
        } = *self.blocks;
        for i in 0..rows {
            let first = (self.block * rows + i) * inner + self.column;
            let ahead = first + AHEAD * inner;
            if let (Some(index), Some(source)) = (index.get(ahead..ahead + self.width), source.get(ahead..)) {
                index
                    .iter()
                    .step_by(LINE / size_of::<i64>())
                    .for_each(|index| prefetch(index));
                let terms = &source[..self.width];
                terms
                    .iter()
                    .step_by(LINE / size_of::<T>())
                    .for_each(|x| prefetch(x));
            }
            let index = &index[first..first + self.width];
            if largest_here(index) >= self.blocks.length as u64 {
                return self.blocks.outside.store(true, Ordering::Relaxed);
            }
            for (c, (&index, &x)) in index.iter().zip(&source[first..first + self.width]).enumerate() {
                add(index as usize, c, x);
            }
        }
    }
}
