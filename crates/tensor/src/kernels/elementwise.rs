//! Elementwise formulas over broadcast views, in blocks that stay in the first-level cache.

use crate::KernelFunction;
use crate::counters::{self, Family};
use crate::parallel::{self, THRESHOLD};

use super::operand::{Access, BLOCK, Reader, block_length};
use super::{Gather, Operand};

/// As [`THRESHOLD`], for an optimizer's step: it passes over several slices at once, with roots and quotients.
const UPDATE_THRESHOLD: usize = THRESHOLD / 4;

/// The largest number of operands beside the first.
pub(crate) const MAX_OTHERS: usize = 3;

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
    counters::kernel(Family::Elementwise, || {
        let size = size_of_val(target);
        let first = first.map_or(size, |first| first.bytes());
        [first + others.iter().map(Operand::bytes).sum::<usize>(), size]
    });
    let mut accesses = [Access::Row; MAX_OTHERS];
    for (access, other) in accesses.iter_mut().zip(others) {
        *access = Access::of(other);
    }
    let block = block_length(&mut accesses);
    let scratches = accesses.iter().filter(|access| access.needs_scratch()).count();
    let call = Call {
        function,
        parameters,
        first,
        others,
        accesses,
    };
    parallel::for_each_piece(target, THRESHOLD, |start, piece| match scratches {
        0 if first.is_none() => call.run::<0>(start, piece, piece.len()),
        0 => call.run::<0>(start, piece, block),
        1 => call.run::<1>(start, piece, block),
        _ => call.run::<MAX_OTHERS>(start, piece, block),
    });
}

/// A call of a function on operands of one shape.
struct Call<'a, T> {
    function: KernelFunction<T>,
    parameters: &'a [T],
    first: Option<Operand<'a, T>>,
    others: &'a [Operand<'a, T>],
    accesses: [Access; MAX_OTHERS],
}

impl<T: Gather + Copy + Default> Call<'_, T> {
    /// Computes a piece of the result, `block` elements at a time, where so many operands need scratch memory.
    fn run<const SCRATCHES: usize>(&self, start: usize, piece: &mut [T], block: usize) {
        let mut scratch = [[T::default(); BLOCK]; SCRATCHES];
        let mut scratch = scratch.iter_mut();
        let length = block.min(piece.len());
        let mut readers: [_; MAX_OTHERS] = std::array::from_fn(|i| {
            let (operand, access) = (*self.others.get(i)?, self.accesses[i]);
            let scratch = if access.needs_scratch() {
                &mut scratch.next()?[..length]
            } else {
                &mut []
            };
            Some(Reader::new(operand, access, start, scratch))
        });
        for (i, target) in piece.chunks_mut(block).enumerate() {
            let start = start + i * block;
            if let Some(first) = self.first {
                T::gather(target, first.source, first.layout, start);
            }
            let inputs = readers.each_mut().map(|reader| match reader {
                Some(reader) => reader.read(start, target.len()),
                None => &[],
            });
            (self.function)(self.parameters, &mut [target], &inputs[..self.others.len()]);
        }
    }
}

fn update<T: Send + Sync>(
    function: KernelFunction<T>,
    parameters: &[T],
    outputs: &mut [&mut [T]],
    inputs: &[&[T]],
) {
    let length = outputs.first().map_or(0, |output| output.len());
    counters::kernel(Family::Update, || {
        let size = length * size_of::<T>();
        [size * (outputs.len() + inputs.len()), size * outputs.len()]
    });
    if parallel::pays(length, UPDATE_THRESHOLD) {
        divide(function, parameters, outputs, inputs, length);
    } else {
        function(parameters, outputs, inputs);
    }
}

fn divide<T: Send + Sync>(
    function: KernelFunction<T>,
    parameters: &[T],
    outputs: &mut [&mut [T]],
    inputs: &[&[T]],
    length: usize,
) {
    if length <= UPDATE_THRESHOLD / 2 {
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
