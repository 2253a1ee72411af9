//! Adding rows to those that an index names.

use crate::counters::{self, Family};
use crate::parallel::{self, threshold};
use crate::simd::{self, Work, unaligned::prefetch};

use super::chains::{Chains, Term};

/// Picoseconds that adding an element of a row takes.
const ADD: u32 = 150;

/// How many parts of the rows a thread adds to, each time going through the whole index; and how long the rows are at least, for that to pay.
const PARTS: usize = 2;
const WIDE: usize = 16;

/// Indices that are gone through before the rows of those that belong to a part are added: to go on from one to the next, the machine need not guess which
/// does.
const FILTERED: usize = 256;

/// Rows of the target that are asked for before their turn.
const AHEAD: usize = 8;

/// Adds `count` rows of `inner` elements to each block of `length` rows of the target; the index is one for all blocks or one after another.
pub fn index_add<T: Term>(target: &mut [T], [length, count, inner]: [usize; 3], index: &[i64], source: &[T]) {
    if source.is_empty() || target.is_empty() {
        return;
    }
    counters::kernel(Family::Scatter, || {
        let added = size_of_val(source);
        [2 * added + size_of_val(index), added]
    });
    let (block, block_source) = (length * inner, count * inner);
    let add = |i: usize, target: &mut [T], first: usize| {
        // One list a block, or one for all.
        let index = index.get(i * count..(i + 1) * count).unwrap_or(&index[..count]);
        simd::dispatch(AddRows {
            target,
            first,
            inner,
            index,
            source: &source[i * block_source..][..block_source],
        });
    };
    let pays = parallel::pays(source.len(), threshold::<T>(ADD));
    if pays && target.len() > block {
        parallel::divide(target, 0, block, block, &|start, target| {
            add(start / block, target, 0)
        });
    } else if pays && inner >= WIDE {
        // Parts of the rows, not of the columns: half of each line would be in the cache of another core.
        let part = length.div_ceil(PARTS * parallel::threads()) * inner;
        parallel::divide(target, 0, part, part, &|start, target| {
            add(0, target, start / inner)
        });
    } else {
        let blocks = target.chunks_exact_mut(block).enumerate();
        blocks.for_each(|(i, target)| add(i, target, 0));
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
        let inner = self.inner;
        let rows = self.target.len() / inner;
        let mut chains = Chains::new(rows, self.index.len());
        let sources = self.source.chunks(FILTERED * inner);
        for (index, source) in self.index.chunks(FILTERED).zip(sources) {
            let (mut found, mut count) = ([0_u8; FILTERED], 0);
            for (i, &row) in index.iter().enumerate() {
                found[count.min(FILTERED - 1)] = i as u8;
                count += usize::from((row as usize).wrapping_sub(self.first) < rows);
            }
            let found = &found[..count];
            for (i, &place) in found.iter().enumerate() {
                if let Some(&next) = found.get(i + AHEAD) {
                    let next = (index[usize::from(next)] as usize).wrapping_sub(self.first);
                    let next = self.target.as_ptr().wrapping_add(next.wrapping_mul(inner));
                    prefetch(next);
                    prefetch(next.wrapping_add(inner - 1));
                }
                let row = index[usize::from(place)] as usize - self.first;
                let to = &mut self.target[row * inner..(row + 1) * inner];
                for (to, &from) in to.iter_mut().zip(&source[usize::from(place) * inner..][..inner]) {
                    *to = to.plus(from);
                }
                if chains.is_full(row) {
                    chains.put_aside(row, to);
                }
            }
        }
        chains.finish_each(|row, finish| finish(&mut self.target[row * inner..(row + 1) * inner]));
    }
}
