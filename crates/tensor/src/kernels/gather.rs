//! Copying: a view into a row, a view onto another view, one value everywhere.

use crate::Layout;
use crate::counters::{self, Family};
use crate::parallel::{self, COPY, threshold};
use crate::simd::{self, Work};

use super::copy::{copy, copy_run};
use super::transpose::Turn;
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
                counters::kernel(Family::Copy, || {
                    [from.distinct(), to.shape().count()].map(|elements| elements * size_of::<$t>())
                });
                assign(target, to, source, from);
            }

            #[inline(never)]
            fn fill(target: &mut [Self], value: Self) {
                counters::kernel(Family::Fill, || [0, size_of_val(target)]);
                parallel::for_each_piece(target, threshold::<Self>(COPY), |_, piece| piece.fill(value));
            }
        })*
    };
}
gather! { f32, f64, i32, i64, u8, bool }

fn gather<T: Turn>(target: &mut [T], source: &[T], layout: &Layout, start: usize) {
    if target.is_empty() {
        return;
    }
    if layout.is_contiguous() {
        let from = layout.offset() + start;
        return parallel::for_each_piece(target, threshold::<T>(COPY), |start, piece| {
            piece.copy_from_slice(&source[from + start..][..piece.len()]);
        });
    }
    if target.len() == layout.shape().count() {
        let whole = Layout::row_major(*layout.shape());
        return copy(target, source, &Walk::new([&whole, layout]));
    }
    // A part of a view would cut through squares.
    let walk = Walk::new([layout]);
    let [stride] = walk.strides();
    if stride == 0 {
        return simd::dispatch(Fill {
            target,
            source,
            walk: &walk,
            start,
        });
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

/// Fills runs with one value each.
struct Fill<'a, T> {
    target: &'a mut [T],
    source: &'a [T],
    walk: &'a Walk<1>,
    start: usize,
}

impl<T: Copy> Work for Fill<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut rest = &mut *self.target;
        self.walk.runs(self.start, rest.len(), |[position], length| {
            let (run, next) = std::mem::take(&mut rest).split_at_mut(length);
            let x = self.source[position as usize];
            run.iter_mut().for_each(|to| *to = x);
            rest = next;
        });
    }
}

fn assign<T: Turn>(target: &mut [T], to: &Layout, source: &[T], from: &Layout) {
    if to.shape().count() > 0 {
        copy(target, source, &Walk::new([to, from]));
    }
}
