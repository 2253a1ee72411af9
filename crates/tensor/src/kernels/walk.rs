//! Walking over several views of one shape together, run by run along the innermost axis.

use crate::{Layout, MAX_RANK};

/// `N` views of one shape, with axes of length 1 left out and axes that continue each other in all the views merged.
#[derive(Debug)]
pub(super) struct Walk<const N: usize> {
    /// At least 1.
    pub(super) rank: usize,
    pub(super) lengths: [usize; MAX_RANK],
    pub(super) strides: [[isize; N]; MAX_RANK],
    offsets: [isize; N],
}

impl<const N: usize> Walk<N> {
    /// The views must not be empty.
    pub(super) fn new(layouts: [&Layout; N]) -> Self {
        let mut walk = Self {
            rank: 0,
            lengths: [1; MAX_RANK],
            strides: [[0; N]; MAX_RANK],
            offsets: layouts.map(|layout| layout.offset() as isize),
        };
        let shape = layouts.first().map_or(&[][..], |layout| layout.shape());
        for (axis, &length) in shape.iter().enumerate().filter(|&(_, &length)| length != 1) {
            let strides = layouts.map(|layout| layout.strides()[axis]);
            let rank = walk.rank;
            if rank > 0 && walk.strides[rank - 1] == strides.map(|stride| stride * length as isize) {
                walk.lengths[rank - 1] *= length;
                walk.strides[rank - 1] = strides;
            } else {
                (walk.lengths[rank], walk.strides[rank]) = (length, strides);
                walk.rank += 1;
            }
        }
        walk.rank = walk.rank.max(1);
        walk
    }

    /// The strides of the innermost axis, which the runs follow.
    pub(super) fn strides(&self) -> [isize; N] {
        self.strides[self.rank - 1]
    }

    /// Where a view begins.
    pub(super) fn offset(&self, view: usize) -> isize {
        self.offsets[view]
    }

    /// Without this axis: what is left is walked at its first place.
    pub(super) fn remove(&mut self, axis: usize) {
        self.lengths.copy_within(axis + 1.., axis);
        self.strides.copy_within(axis + 1.., axis);
        self.lengths[MAX_RANK - 1] = 1;
        self.strides[MAX_RANK - 1] = [0; N];
        self.rank = (self.rank - 1).max(1);
    }

    /// Calls `run(positions, length)` for the runs that the elements `start..start + count`, in row-major order, form.
    #[inline(always)]
    pub(super) fn runs(&self, start: usize, count: usize, mut run: impl FnMut([isize; N], usize)) {
        let inner = self.rank - 1;
        let mut index = [0; MAX_RANK];
        let mut positions = self.offsets;
        let mut rest = start;
        for axis in (0..self.rank).rev() {
            index[axis] = rest % self.lengths[axis];
            rest /= self.lengths[axis];
            self.step(&mut positions, axis, index[axis] as isize);
        }
        let mut left = count;
        loop {
            let length = (self.lengths[inner] - index[inner]).min(left);
            run(positions, length);
            left -= length;
            if left == 0 {
                return;
            }
            // On to the start of the next run.
            self.step(&mut positions, inner, -(index[inner] as isize));
            index[inner] = 0;
            for axis in (0..inner).rev() {
                self.step(&mut positions, axis, 1);
                index[axis] += 1;
                if index[axis] < self.lengths[axis] {
                    break;
                }
                self.step(&mut positions, axis, -(index[axis] as isize));
                index[axis] = 0;
            }
        }
    }

    #[inline(always)]
    fn step(&self, positions: &mut [isize; N], axis: usize, steps: isize) {
        for (position, stride) in positions.iter_mut().zip(self.strides[axis]) {
            *position += steps * stride;
        }
    }
}
