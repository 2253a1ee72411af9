//! How a view is walked through: its axes sorted into those kept and those reduced, merged where they continue each other.

use crate::axes::AxisSet;
use crate::{Layout, MAX_RANK, Shape};

/// Nested loops over a storage, the outermost first.
#[derive(Debug, Clone, Copy)]
pub struct Loops {
    lengths: [usize; MAX_RANK],
    strides: [isize; MAX_RANK],
    rank: usize,
}

impl Loops {
    /// No loops: the body runs once.
    pub const NONE: Self = Self {
        lengths: [1; MAX_RANK],
        strides: [0; MAX_RANK],
        rank: 0,
    };

    /// One loop.
    pub fn single(length: usize, stride: isize) -> Self {
        let mut loops = Self::NONE;
        loops.push(length, stride);
        loops
    }

    /// Adds an innermost loop.
    fn push(&mut self, length: usize, stride: isize) {
        if length == 1 {
            return;
        }
        if let Some(last) = self.rank.checked_sub(1)
            && self.strides[last] == stride.wrapping_mul(length as isize)
        {
            self.lengths[last] *= length;
            self.strides[last] = stride;
            return;
        }
        (self.lengths[self.rank], self.strides[self.rank]) = (length, stride);
        self.rank += 1;
    }

    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The positions from step `first` on.
    #[inline(always)]
    pub fn positions(&self, first: usize, positions: &mut [isize]) {
        if self.rank == 1 {
            for (step, position) in positions.iter_mut().enumerate() {
                *position = (first + step) as isize * self.strides[0];
            }
            return;
        }
        for (to, position) in positions.iter_mut().zip(self.walk(first)) {
            *to = position;
        }
    }

    /// How often the innermost body runs.
    pub fn count(&self) -> usize {
        self.lengths[..self.rank].iter().product()
    }

    /// Length and stride of the innermost loop; 1 and 0 if there is none.
    pub fn inner(&self) -> (usize, isize) {
        self.rank
            .checked_sub(1)
            .map_or((1, 0), |last| (self.lengths[last], self.strides[last]))
    }

    /// Without the innermost loop.
    pub fn outer(&self) -> Self {
        let rank = self.rank.saturating_sub(1);
        let mut outer = Self { rank, ..*self };
        outer.lengths[rank..].fill(1);
        outer
    }

    /// The position, relative to the first, at the `step`-th run of the body.
    pub fn position(&self, step: usize) -> isize {
        self.walk(step).position
    }

    /// The positions, relative to the first, from the `start`-th on. Endless: the caller knows how many there are.
    #[inline]
    pub fn walk(&self, start: usize) -> Walk<'_> {
        let (mut index, mut position, mut rest) = ([0; MAX_RANK], 0, start);
        for axis in (0..self.rank).rev() {
            // No loop runs 0 times where there is anything to walk over.
            let length = self.lengths[axis].max(1);
            index[axis] = rest % length;
            rest /= length;
            position += index[axis] as isize * self.strides[axis];
        }
        Walk {
            loops: self,
            index,
            position,
        }
    }
}

/// The positions that [`Loops`] pass through.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    loops: &'a Loops,
    index: [usize; MAX_RANK],
    position: isize,
}

impl Iterator for Walk<'_> {
    type Item = isize;

    #[inline(always)]
    fn next(&mut self) -> Option<isize> {
        let position = self.position;
        for axis in (0..self.loops.rank).rev() {
            self.position += self.loops.strides[axis];
            self.index[axis] += 1;
            if self.index[axis] < self.loops.lengths[axis] {
                break;
            }
            self.position -= self.index[axis] as isize * self.loops.strides[axis];
            self.index[axis] = 0;
        }
        Some(position)
    }
}

/// The loops of a reduction. The result lies in row-major order, one element a step of the `kept` loops.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub kept: Loops,
    pub reduced: Loops,
    /// Where both begin in the storage.
    pub offset: usize,
}

impl Plan {
    /// A plan that takes the reduced elements in the order in which they lie in memory.
    pub fn new(layout: &Layout, axes: &AxisSet) -> Self {
        let mut plan = Self::without_reduced(layout, axes);
        let mut reduced = [(1, 0); MAX_RANK];
        let mut rank = 0;
        for (axis, (&length, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
            if !axes.contains(axis) || length == 1 {
                continue;
            }
            if stride < 0 && length > 0 {
                // Begins at the other end, and goes forward.
                plan.offset = plan.offset.wrapping_add_signed(stride * (length - 1) as isize);
            }
            reduced[rank] = (length, stride.wrapping_abs());
            rank += 1;
        }
        // Repetitions go to the outside.
        reduced[..rank].sort_by_key(|&(_, stride)| match stride {
            0 => isize::MIN,
            stride => -stride,
        });
        for &(length, stride) in &reduced[..rank] {
            plan.reduced.push(length, stride);
        }
        plan
    }

    /// A plan that takes the reduced elements in row-major order.
    pub fn in_order(layout: &Layout, axes: &AxisSet) -> Self {
        let mut plan = Self::without_reduced(layout, axes);
        for (axis, (&length, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
            if axes.contains(axis) {
                plan.reduced.push(length, stride);
            }
        }
        plan
    }

    fn without_reduced(layout: &Layout, axes: &AxisSet) -> Self {
        let mut kept = Loops::NONE;
        for (axis, (&length, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
            if !axes.contains(axis) {
                kept.push(length, stride);
            }
        }
        Self {
            kept,
            reduced: Loops::NONE,
            offset: layout.offset(),
        }
    }

    /// A view whose row-major order is that of the plan: the reduced elements of one result after those of another.
    pub fn layout(&self) -> Layout {
        let (mut dims, mut strides) = ([0; MAX_RANK], [0; MAX_RANK]);
        let mut rank = 0;
        for loops in [&self.kept, &self.reduced] {
            dims[rank..rank + loops.rank].copy_from_slice(&loops.lengths[..loops.rank]);
            strides[rank..rank + loops.rank].copy_from_slice(&loops.strides[..loops.rank]);
            rank += loops.rank;
        }
        Layout::strided(Shape::merged(dims, rank), strides, self.offset)
    }
}
