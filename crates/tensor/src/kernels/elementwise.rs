//! Elementwise formulas over broadcast views, in blocks that stay in the first-level cache.

use crate::parallel::{self, THRESHOLD};
use crate::{KernelFunction, Layout};

use super::Gather;

/// Elements a block: four operands of f32 fill half of a first-level cache.
const BLOCK: usize = 1024;

/// The largest number of operands beside the first.
pub(crate) const MAX_OTHERS: usize = 3;

/// A view to read from, broadcast to the shape of the result.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a, T> {
    pub source: &'a [T],
    pub layout: &'a Layout,
}

impl<'a, T> Operand<'a, T> {
    /// The elements from `start` on, if they lie in a row.
    fn contiguous(&self, start: usize, length: usize) -> Option<&'a [T]> {
        let from = self.layout.offset() + start;
        if self.layout.is_contiguous() {
            self.source.get(from..from + length)
        } else {
            None
        }
    }
}

pub trait Elementwise: Sized {
    /// `target = function(first, others...)`; `first` is `None` if `target` holds it already.
    fn elementwise(
        function: KernelFunction<Self>,
        parameters: &[Self],
        target: &mut [Self],
        first: Option<Operand<'_, Self>>,
        others: &[Operand<'_, Self>],
    );

    /// Calls the function on slices of equal length, on several threads if they are long.
    fn update(
        function: KernelFunction<Self>,
        parameters: &[Self],
        outputs: &mut [&mut [Self]],
        inputs: &[&[Self]],
    );
}

macro_rules! elementwise {
    ($($t:ty),*) => {
        $(impl Elementwise for $t {
            #[inline(never)]
            fn elementwise(
                function: KernelFunction<Self>,
                parameters: &[Self],
                target: &mut [Self],
                first: Option<Operand<'_, Self>>,
                others: &[Operand<'_, Self>],
            ) {
                elementwise(function, parameters, target, first, others);
            }

            #[inline(never)]
            fn update(
                function: KernelFunction<Self>,
                parameters: &[Self],
                outputs: &mut [&mut [Self]],
                inputs: &[&[Self]],
            ) {
                update(function, parameters, outputs, inputs);
            }
        })*
    };
}
elementwise! { f32, f64, i32, i64, u8, bool }

fn elementwise<T: Gather + Copy + Default + Send + Sync>(
    function: KernelFunction<T>,
    parameters: &[T],
    target: &mut [T],
    first: Option<Operand<'_, T>>,
    others: &[Operand<'_, T>],
) {
    parallel::for_each_piece(target, THRESHOLD, |start, piece| {
        let whole = first
            .is_none()
            .then(|| direct(others, start, piece.len()))
            .flatten();
        if let Some(slices) = whole {
            function(parameters, &mut [piece], &slices[..others.len()]);
            return;
        }
        let mut scratch = [[T::default(); BLOCK]; MAX_OTHERS];
        for (block, target) in piece.chunks_mut(BLOCK).enumerate() {
            let start = start + block * BLOCK;
            if let Some(first) = first {
                T::gather(target, first.source, first.layout, start);
            }
            let mut slices: [&[T]; MAX_OTHERS] = [&[]; MAX_OTHERS];
            for ((slice, scratch), other) in slices.iter_mut().zip(&mut scratch).zip(others) {
                *slice = other.contiguous(start, target.len()).unwrap_or_else(|| {
                    let scratch = &mut scratch[..target.len()];
                    T::gather(scratch, other.source, other.layout, start);
                    scratch
                });
            }
            function(parameters, &mut [target], &slices[..others.len()]);
        }
    });
}

/// The operands as slices, if each of them lies in a row.
fn direct<'a, T>(others: &[Operand<'a, T>], start: usize, length: usize) -> Option<[&'a [T]; MAX_OTHERS]> {
    let mut slices: [&[T]; MAX_OTHERS] = [&[]; MAX_OTHERS];
    for (slice, other) in slices.iter_mut().zip(others) {
        *slice = other.contiguous(start, length)?;
    }
    Some(slices)
}

fn update<T: Send + Sync>(
    function: KernelFunction<T>,
    parameters: &[T],
    outputs: &mut [&mut [T]],
    inputs: &[&[T]],
) {
    let length = outputs.first().map_or(0, |output| output.len());
    if length < THRESHOLD || rayon::current_num_threads() == 1 {
        function(parameters, outputs, inputs);
    } else {
        divide(function, parameters, outputs, inputs, length);
    }
}

fn divide<T: Send + Sync>(
    function: KernelFunction<T>,
    parameters: &[T],
    outputs: &mut [&mut [T]],
    inputs: &[&[T]],
    length: usize,
) {
    if length <= parallel::PIECE {
        return function(parameters, outputs, inputs);
    }
    let middle = (length / 2).next_multiple_of(64);
    let (mut left, mut right): (Vec<_>, Vec<_>) =
        outputs.iter_mut().map(|slice| slice.split_at_mut(middle)).unzip();
    let (left_in, right_in): (Vec<_>, Vec<_>) = inputs.iter().map(|slice| slice.split_at(middle)).unzip();
    parallel::join(
        &mut || divide(function, parameters, &mut left, &left_in, middle),
        &mut || divide(function, parameters, &mut right, &right_in, length - middle),
    );
}
