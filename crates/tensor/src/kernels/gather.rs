//! Copying: a view into a row, a view onto another view, one value everywhere.

use crate::Layout;

use super::transpose::transpose;
use super::walk::Walk;

pub trait Gather: Sized {
    /// Copies the elements `start..start + target.len()` of a view, in row-major order, to `target`.
    fn gather(target: &mut [Self], source: &[Self], layout: &Layout, start: usize);

    /// Copies a view of `source` onto a view of `target` of the same shape.
    fn assign(target: &mut [Self], to: &Layout, source: &[Self], from: &Layout);

    /// Writes `value` everywhere.
    fn fill(target: &mut [Self], value: Self);
}

macro_rules! gather {
    ($($t:ty),*) => {
        $(impl Gather for $t {
            #[inline(never)]
            fn gather(target: &mut [Self], source: &[Self], layout: &Layout, start: usize) {
                gather(target, source, layout, start);
            }

            #[inline(never)]
            fn assign(target: &mut [Self], to: &Layout, source: &[Self], from: &Layout) {
                assign(target, to, source, from);
            }

            #[inline(never)]
            fn fill(target: &mut [Self], value: Self) {
                target.fill(value);
            }
        })*
    };
}
gather! { f32, f64, i32, i64, u8, bool }

fn gather<T: Copy + Default + Send + Sync>(target: &mut [T], source: &[T], layout: &Layout, start: usize) {
    if target.is_empty() {
        return;
    }
    if layout.is_contiguous() {
        let from = layout.offset() + start;
        target.copy_from_slice(&source[from..from + target.len()]);
        return;
    }
    let walk = Walk::new([layout]);
    let [stride] = walk.strides();
    // A part of a view would cut through the tiles.
    if !matches!(stride, 0 | 1) && target.len() == layout.shape().count() && transpose(target, source, layout)
    {
        return;
    }
    let mut done = 0;
    walk.runs(start, target.len(), |[position], length| {
        copy_run(
            &mut target[done..done + length],
            source,
            position as usize,
            stride,
        );
        done += length;
    });
}

fn assign<T: Copy>(target: &mut [T], to: &Layout, source: &[T], from: &Layout) {
    let count = to.shape().count();
    if count == 0 {
        return;
    }
    let walk = Walk::new([to, from]);
    let [to_stride, from_stride] = walk.strides();
    walk.runs(0, count, |[mut to, mut from], length| {
        if to_stride == 1 {
            let to = to as usize;
            copy_run(&mut target[to..to + length], source, from as usize, from_stride);
            return;
        }
        for _ in 0..length {
            target[to as usize] = source[from as usize];
            to += to_stride;
            from += from_stride;
        }
    });
}

fn copy_run<T: Copy>(run: &mut [T], source: &[T], position: usize, stride: isize) {
    match stride {
        // A call of memcpy costs more than one element.
        _ if run.len() == 1 => run[0] = source[position],
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
