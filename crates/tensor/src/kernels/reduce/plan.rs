//! How a view is walked through: its axes sorted into those kept and those reduced, merged where they continue each other.

use crate::axes::AxisSet;
use crate::{Layout, MAX_RANK, Shape};

/// One of several nested loops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loop {
    pub length: usize,
    pub stride: isize,
}

/// Nested loops over a storage, the outermost first.
#[derive(Debug, Clone, Copy)]
pub struct Loops<'a>(&'a [Loop]);

impl<'a> Loops<'a> {
    /// No loops: the body runs once.
    pub const NONE: Self = Self(&[]);

    /// One loop.
    pub fn single(only: &'a Loop) -> Self {
        Self(std::slice::from_ref(only))
    }

    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The positions from step `first` on.
    #[inline(always)]
    pub fn positions(&self, first: usize, positions: &mut [isize]) {
        if let [only] = self.0 {
            for (step, position) in positions.iter_mut().enumerate() {
                *position = (first + step) as isize * only.stride;
            }
            return;
        }
        for (to, position) in positions.iter_mut().zip(self.walk(first)) {
            *to = position;
        }
    }

    /// How often the innermost body runs.
    pub fn count(&self) -> usize {
        self.0.iter().map(|each| each.length).product()
    }

    /// Length and stride of the innermost loop; 1 and 0 if there is none.
    pub fn inner(&self) -> (usize, isize) {
        self.0.last().map_or((1, 0), |last| (last.length, last.stride))
    }

    /// The stride, if there is one loop.
    pub fn single_stride(&self) -> Option<isize> {
        match self.0 {
            [only] => Some(only.stride),
            _ => None,
        }
    }

    /// Without the innermost loop.
    pub fn outer(&self) -> Self {
        Self(self.0.split_last().map_or(&[], |(_, outer)| outer))
    }

    /// The position, relative to the first, at the `step`-th run of the body.
    pub fn position(&self, step: usize) -> isize {
        self.walk(step).position
    }

    /// The positions, relative to the first, from the `start`-th on. Endless: the caller knows how many there are.
    #[inline]
    pub fn walk(&self, start: usize) -> Walk<'a> {
        let (mut index, mut position, mut rest) = ([0; MAX_RANK], 0, start);
        for (index, each) in index.iter_mut().zip(self.0).rev() {
            // No loop runs 0 times where there is anything to walk over.
            let length = each.length.max(1);
            *index = rest % length;
            rest /= length;
            position += *index as isize * each.stride;
        }
        Walk {
            loops: self.0,
            index,
            position,
        }
    }
}

/// The positions that [`Loops`] pass through.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    loops: &'a [Loop],
    index: [usize; MAX_RANK],
    position: isize,
}

impl Iterator for Walk<'_> {
    type Item = isize;

    #[inline(always)]
    fn next(&mut self) -> Option<isize> {
        let position = self.position;
        for (each, index) in self.loops.iter().zip(&mut self.index).rev() {
            self.position += each.stride;
            *index += 1;
            if *index < each.length {
                break;
            }
            self.position -= *index as isize * each.stride;
            *index = 0;
        }
        Some(position)
    }
}

/// The loops of a reduction. The result lies in row-major order, one element a step of the kept loops.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The kept ones, then the reduced ones.
    loops: [Loop; MAX_RANK],
    kept: usize,
    rank: usize,
    /// Where they begin in the storage.
    pub offset: usize,
}

impl Plan {
    /// A plan that takes the reduced elements in the order in which they lie in memory.
    pub fn new(layout: &Layout, axes: &AxisSet) -> Self {
        let mut plan = Self::without_reduced(layout, axes);
        let mut reduced = [Loop::default(); MAX_RANK];
        let mut rank = 0;
        for (axis, (&length, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
            if !axes.contains(axis) || length == 1 {
                continue;
            }
            if stride < 0 && length > 0 {
                // Begins at the other end, and goes forward.
                plan.offset = plan.offset.wrapping_add_signed(stride * (length - 1) as isize);
            }
            let stride = stride.wrapping_abs();
            reduced[rank] = Loop { length, stride };
            rank += 1;
        }
        // Repetitions go to the outside.
        reduced[..rank].sort_by_key(|each| match each.stride {
            0 => isize::MIN,
            stride => -stride,
        });
        for each in &reduced[..rank] {
            plan.push(plan.kept, each.length, each.stride);
        }
        plan
    }

    /// A plan that takes the reduced elements in row-major order.
    pub fn in_order(layout: &Layout, axes: &AxisSet) -> Self {
        let mut plan = Self::without_reduced(layout, axes);
        for (axis, (&length, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
            if axes.contains(axis) {
                plan.push(plan.kept, length, stride);
            }
        }
        plan
    }

    #[inline(always)]
    fn without_reduced(layout: &Layout, axes: &AxisSet) -> Self {
        let mut plan = Self {
            loops: [Loop::default(); MAX_RANK],
            kept: 0,
            rank: 0,
            offset: layout.offset(),
        };
        for (axis, (&length, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
            if !axes.contains(axis) {
                plan.push(0, length, stride);
            }
        }
        plan.kept = plan.rank;
        plan
    }

    /// Adds an innermost loop, merged with the one before if that is not before `first` and goes on where this one ends.
    fn push(&mut self, first: usize, length: usize, stride: isize) {
        if length == 1 {
            return;
        }
        if let Some(last) = self.loops[first..self.rank].last_mut()
            && last.stride == stride.wrapping_mul(length as isize)
        {
            last.length *= length;
            last.stride = stride;
            return;
        }
        self.loops[self.rank] = Loop { length, stride };
        self.rank += 1;
    }

    pub fn kept(&self) -> Loops<'_> {
        Loops(&self.loops[..self.kept])
    }

    pub fn reduced(&self) -> Loops<'_> {
        Loops(&self.loops[self.kept..self.rank])
    }

    /// A view whose row-major order is that of the plan: the reduced elements of one result after those of another.
    pub fn layout(&self) -> Layout {
        let (mut dims, mut strides) = ([0; MAX_RANK], [0; MAX_RANK]);
        for (axis, each) in self.loops[..self.rank].iter().enumerate() {
            (dims[axis], strides[axis]) = (each.length, each.stride);
        }
        Layout::strided(Shape::merged(dims, self.rank), strides, self.offset)
    }
}
