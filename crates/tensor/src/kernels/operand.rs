//! The operands of elementwise loops: views, read block by block as slices.

use crate::Layout;
use crate::simd::{self, Work};

use super::Gather;
use super::walk::Walk;

/// Elements a block: four operands of f32 fill half of a first-level cache.
pub(super) const BLOCK: usize = 1024;

/// A view to read from, broadcast to the shape of the result.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a, T> {
    pub source: &'a [T],
    pub layout: &'a Layout,
}

impl<T> Operand<'_, T> {
    /// The bytes to be read.
    pub(super) fn bytes(&self) -> usize {
        self.layout.distinct() * size_of::<T>()
    }
}

/// How the elements of an operand, in row-major order, lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// One after another.
    Row,
    /// A row of so many, again and again: a scalar, or a bias.
    Repeated(usize),
    /// Each of them as a row of so many.
    Spread(Columns),
    /// A row of so many, again and again for so many elements, then another one.
    Tiled(usize, usize),
    /// In any other way.
    Scattered,
}

/// Columns one after another, of so many elements that lie `step` apart, each of which is a row of `row` elements of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    row: usize,
    step: isize,
    length: usize,
    /// From each column to the next one: nothing, where one is repeated.
    next: isize,
}

/// Rows that are shorter are copied with others: the next place takes as long to find as such a row to fill.
const SPREAD: usize = 32;

impl Access {
    pub(super) fn of<T>(operand: &Operand<'_, T>) -> Self {
        match operand.layout.period() {
            Some(period) if period == operand.layout.shape().count() => Self::Row,
            Some(period) => Self::Repeated(period),
            None => Self::spread(operand.layout).unwrap_or(Self::Scattered),
        }
    }

    fn spread(layout: &Layout) -> Option<Self> {
        let walk = Walk::new([layout]);
        let inner = walk.rank - 1;
        let (row, [step]) = (walk.lengths[inner], walk.strides());
        match (walk.rank, step) {
            (2 | 3, 0) if row >= SPREAD => Some(Self::Spread(Columns {
                row,
                step: walk.strides[inner - 1][0],
                length: walk.lengths[inner - 1],
                next: if inner == 2 { walk.strides[0][0] } else { 0 },
            })),
            (3.., 1) if row <= BLOCK / 2 && walk.strides[inner - 1] == [0] => {
                let span = row * walk.lengths[inner - 1];
                (span >= 4 * BLOCK).then_some(Self::Tiled(row, span))
            }
            _ => None,
        }
    }

    /// Whether blocks are put together in scratch memory.
    pub(super) fn needs_scratch(self) -> bool {
        self != Self::Row
    }
}

/// How many elements to treat at a time: whole rows of those operands that repeat short ones, so that each of their
/// blocks is the same. Where not all of the rows fit into it, they are treated as if they were scattered.
pub(super) fn block_length(accesses: &mut [Access]) -> usize {
    let row = |access: &Access| match *access {
        Access::Repeated(row) | Access::Tiled(row, _) if row <= BLOCK => Some(row),
        _ => None,
    };
    let longest = accesses.iter().filter_map(row).max().unwrap_or(1);
    let block = BLOCK / longest * longest;
    for access in accesses {
        if row(access).is_some_and(|row| !block.is_multiple_of(row)) {
            *access = Access::Scattered;
        }
    }
    block
}

/// Reads an operand in blocks of [`block_length`], the last of which may be shorter.
#[derive(Debug)]
pub(super) struct Reader<'a, 's, T> {
    operand: Operand<'a, T>,
    access: Access,
    scratch: &'s mut [T],
    /// Which of the rows that repeat are in the scratch memory.
    tile: Option<usize>,
}

impl<'a, 's, T: Gather + Copy> Reader<'a, 's, T> {
    /// Reads from the element `start` on; `scratch` has room for a block, unless the access needs none.
    pub(super) fn new(operand: Operand<'a, T>, access: Access, start: usize, scratch: &'s mut [T]) -> Self {
        if let Access::Repeated(row @ ..=BLOCK) = access {
            repeat(operand, row, start, scratch);
        }
        Self {
            operand,
            access,
            scratch,
            tile: None,
        }
    }

    /// The elements from `start` on.
    pub(super) fn read(&mut self, start: usize, length: usize) -> &[T] {
        let Operand { source, layout } = self.operand;
        match self.access {
            Access::Row => &source[layout.offset() + start..][..length],
            Access::Repeated(..=BLOCK) => &self.scratch[..length],
            Access::Repeated(row) if start % row + length <= row => {
                &source[layout.offset() + start % row..][..length]
            }
            Access::Spread(columns) => {
                let scratch = &mut self.scratch[..length];
                simd::dispatch(Spread {
                    scratch: &mut *scratch,
                    source,
                    offset: layout.offset() as isize,
                    start,
                    columns,
                });
                scratch
            }
            Access::Tiled(_, span) => {
                let (tile, is_block) = (start / span, length == self.scratch.len());
                let scratch = &mut self.scratch[..length];
                if self.tile != Some(tile) || start % span + length > span {
                    T::gather(scratch, source, layout, start);
                    let is_whole = is_block && start % span + length <= span;
                    self.tile = is_whole.then_some(tile);
                }
                scratch
            }
            _ => {
                let scratch = &mut self.scratch[..length];
                T::gather(scratch, source, layout, start);
                scratch
            }
        }
    }
}

/// Elements that are written at once.
const WIDTH: usize = 16;

/// Fills `scratch` with the elements from `start` on, of which the first is at `offset`.
struct Spread<'a, T> {
    scratch: &'a mut [T],
    source: &'a [T],
    offset: isize,
    start: usize,
    columns: Columns,
}

impl<T: Copy> Work for Spread<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Columns {
            row,
            step,
            length,
            next,
        } = self.columns;
        let (mut run, index) = (row - self.start % row, self.start / row);
        let (column, place) = (index / length, index % length);
        let mut position = self.offset + column as isize * next + place as isize * step;
        let (mut left, to_next) = (length - place, next - length as isize * step);
        let mut rest = self.scratch;
        while !rest.is_empty() {
            let x = self.source[position as usize];
            run = run.min(rest.len());
            match rest.get_mut(..run.next_multiple_of(WIDTH)) {
                // What is written behind the end belongs to the next row, which comes later.
                Some(whole) => {
                    for to in whole.as_chunks_mut().0 {
                        *to = [x; WIDTH];
                    }
                }
                None => rest[..run].fill(x),
            }
            (rest, run) = (&mut rest[run..], row);
            (position, left) = (position + step, left - 1);
            if left == 0 {
                (position, left) = (position + to_next, length);
            }
        }
    }
}

/// Fills `scratch` with the elements from `start` on, which repeat after `row` of them.
fn repeat<T: Gather + Copy>(operand: Operand<'_, T>, row: usize, start: usize, scratch: &mut [T]) {
    let mut filled = row.min(scratch.len());
    T::gather(&mut scratch[..filled], operand.source, operand.layout, start);
    if let (1, Some(&value)) = (row, scratch.first()) {
        return scratch.fill(value);
    }
    while filled < scratch.len() {
        let more = filled.min(scratch.len() - filled);
        scratch.copy_within(..more, filled);
        filled += more;
    }
}
