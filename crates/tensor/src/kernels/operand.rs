//! The operands of elementwise loops: views, read block by block as slices.

use crate::Layout;

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
    /// Each of them as a row of so many, the next one this far from the last: a column.
    Spread(usize, isize),
    /// In any other way.
    Scattered,
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
        match (walk.rank, walk.strides(), walk.lengths[1]) {
            (2, [0], row @ SPREAD..) => Some(Self::Spread(row, walk.strides[0][0])),
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
        Access::Repeated(row) if row <= BLOCK => Some(row),
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
            Access::Spread(row, step) => {
                let scratch = &mut self.scratch[..length];
                spread(scratch, source, layout.offset() as isize, start, row, step);
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

/// Fills `scratch` with the elements from `start` on, of which the first is at `offset` and each is a row of so many.
fn spread<T: Copy>(scratch: &mut [T], source: &[T], offset: isize, start: usize, row: usize, step: isize) {
    let (mut index, mut length) = (start / row, row - start % row);
    let mut rest = scratch;
    while !rest.is_empty() {
        let (run, next) = rest.split_at_mut(length.min(rest.len()));
        run.fill(source[(offset + index as isize * step) as usize]);
        (index, length, rest) = (index + 1, row, next);
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
