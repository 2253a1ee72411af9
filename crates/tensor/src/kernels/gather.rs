//! Reading a view in row-major order.

use crate::{Layout, MAX_RANK};

pub trait Gather: Sized {
    /// Copies the elements `start..start + target.len()` of a view, in row-major order, to `target`.
    fn gather(target: &mut [Self], source: &[Self], layout: &Layout, start: usize);
}

macro_rules! gather {
    ($($t:ty),*) => {
        $(impl Gather for $t {
            #[inline(never)]
            fn gather(target: &mut [Self], source: &[Self], layout: &Layout, start: usize) {
                gather(target, source, layout, start);
            }
        })*
    };
}
gather! { f32, f64, i32, i64, u8, bool }

fn gather<T: Copy>(mut target: &mut [T], source: &[T], layout: &Layout, start: usize) {
    if layout.is_contiguous() {
        let from = layout.offset() + start;
        target.copy_from_slice(&source[from..from + target.len()]);
        return;
    }
    let (runs, strides, rank) = merged(layout);
    let mut index = [0; MAX_RANK];
    let mut rest = start;
    let mut position = layout.offset() as isize;
    for axis in (0..rank).rev() {
        index[axis] = rest % runs[axis];
        rest /= runs[axis];
        position += index[axis] as isize * strides[axis];
    }
    let inner = rank - 1;
    while !target.is_empty() {
        let count = (runs[inner] - index[inner]).min(target.len());
        let (run, others) = target.split_at_mut(count);
        copy_run(run, source, position as usize, strides[inner]);
        target = others;
        // On to the start of the next run.
        position -= index[inner] as isize * strides[inner];
        index[inner] = 0;
        for axis in (0..inner).rev() {
            position += strides[axis];
            index[axis] += 1;
            if index[axis] < runs[axis] {
                break;
            }
            position -= index[axis] as isize * strides[axis];
            index[axis] = 0;
        }
    }
}

fn copy_run<T: Copy>(run: &mut [T], source: &[T], position: usize, stride: isize) {
    match stride {
        0 => run.fill(source[position]),
        1 => run.copy_from_slice(&source[position..position + run.len()]),
        stride if stride > 0 => {
            for (to, &from) in run
                .iter_mut()
                .zip(source[position..].iter().step_by(stride as usize))
            {
                *to = from;
            }
        }
        stride => {
            for (to, &from) in run
                .iter_mut()
                .zip(source[..=position].iter().rev().step_by(stride.unsigned_abs()))
            {
                *to = from;
            }
        }
    }
}

/// Lengths and strides with axes of length 1 left out and axes that continue each other merged; at least one axis.
fn merged(layout: &Layout) -> ([usize; MAX_RANK], [isize; MAX_RANK], usize) {
    let (mut lengths, mut strides, mut rank) = ([1; MAX_RANK], [0; MAX_RANK], 0);
    for (&length, &stride) in layout.shape().iter().zip(layout.strides()) {
        if length == 1 {
            continue;
        }
        if rank > 0 && strides[rank - 1] == stride * length as isize {
            lengths[rank - 1] *= length;
            strides[rank - 1] = stride;
        } else {
            (lengths[rank], strides[rank]) = (length, stride);
            rank += 1;
        }
    }
    (lengths, strides, rank.max(1))
}
