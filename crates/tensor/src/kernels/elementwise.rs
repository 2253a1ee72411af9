//! Elementwise formulas over broadcast views, in blocks that stay in the first-level cache.

use crate::counters::{self, Family};
use crate::kernel::{Compiled, Run};
use crate::parallel::{self, COPY, threshold};

use super::operand::{Access, BLOCK, Reader, block_length};
use super::{Gather, Operand};

/// The largest number of operands beside the first.
pub(crate) const MAX_OTHERS: usize = 3;

/// The largest number of operands.
const MAX_OPERANDS: usize = MAX_OTHERS + 1;

/// Picoseconds that putting an element of a scattered operand in its place takes.
const GATHER: u32 = 500;

pub trait Elementwise: Sized {
    /// `target = formula(first, others...)`; `first` is `None` if `target` holds it already.
    fn elementwise(
        formula: &Compiled<'_, Self>,
        parameters: &[Self],
        target: &mut [Self],
        first: Option<Operand<'_, Self>>,
        others: &[Operand<'_, Self>],
    );

    /// Runs the formula on slices of equal length, on several threads if they are long.
    fn update(
        formula: &Compiled<'_, Self>,
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
                formula: &Compiled<'_, Self>,
                parameters: &[Self],
                target: &mut [Self],
                first: Option<Operand<'_, Self>>,
                others: &[Operand<'_, Self>],
            ) {
                elementwise(formula, parameters, target, first, others);
            }

            #[inline(never)]
            fn update(
                formula: &Compiled<'_, Self>,
                parameters: &[Self],
                outputs: &mut [&mut [Self]],
                inputs: &[&[Self]],
            ) {
                update(formula, parameters, outputs, inputs);
            }
        })*
    };
}
elementwise! { f32, f64, i32, i64, u8, bool }

fn elementwise<T: Gather + Copy + Default + Send + Sync>(
    formula: &Compiled<'_, T>,
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
    // Where the formula can read it from its place, the first operand is one as the others.
    let (function, first, read) = match (first, formula.into) {
        (Some(first), Some(into)) => (Run::Function(into), None, Some(first)),
        _ => (formula.run, first, None),
    };
    let mut operands = [None; MAX_OPERANDS];
    let mut accesses = [Access::Row; MAX_OPERANDS];
    let count = others.len() + usize::from(read.is_some());
    let given = read.iter().chain(others);
    for ((operand, access), &other) in operands.iter_mut().zip(&mut accesses).zip(given) {
        *access = Access::of(&other);
        *operand = Some(other);
    }
    let block = block_length(&mut accesses);
    let scratches = accesses.iter().filter(|access| access.needs_scratch()).count();
    let call = Call {
        function,
        parameters,
        first,
        operands,
        accesses,
        count,
    };
    let is_scattered = |first| Access::of(&first) == Access::Scattered;
    let scattered =
        target.len() > BLOCK && (accesses.contains(&Access::Scattered) || first.is_some_and(is_scattered));
    let cost = formula.cost + if scattered { GATHER } else { 0 };
    parallel::for_each_piece(target, threshold::<T>(cost), |start, piece| match scratches {
        0 if first.is_none() => call.run::<0>(start, piece, piece.len()),
        0 => call.run::<0>(start, piece, block),
        1 => call.run::<1>(start, piece, block),
        _ => call.run::<MAX_OPERANDS>(start, piece, block),
    });
}

/// A call of a function on operands of one shape.
struct Call<'a, T> {
    function: Run<'a, T>,
    parameters: &'a [T],
    /// Copied to the target before the function runs.
    first: Option<Operand<'a, T>>,
    /// What the function reads beside the target.
    operands: [Option<Operand<'a, T>>; MAX_OPERANDS],
    accesses: [Access; MAX_OPERANDS],
    count: usize,
}

impl<T: Gather + Copy + Default> Call<'_, T> {
    /// Computes a piece of the result, `block` elements at a time, where so many operands need scratch memory.
    fn run<const SCRATCHES: usize>(&self, start: usize, piece: &mut [T], block: usize) {
        let mut scratch = [[T::default(); BLOCK]; SCRATCHES];
        let mut scratch = scratch.iter_mut();
        let length = block.min(piece.len());
        let mut readers: [_; MAX_OPERANDS] = std::array::from_fn(|i| {
            let (operand, access) = (self.operands[i]?, self.accesses[i]);
            let scratch = if access.needs_scratch() {
                &mut scratch.next()?[..length]
            } else {
                &mut []
            };
            Some(Reader::new(operand, access, start, scratch))
        });
        for (i, target) in piece.chunks_mut(block.max(1)).enumerate() {
            let start = start + i * block;
            if let Some(first) = self.first {
                T::gather(target, first.source, first.layout, start);
            }
            let inputs = readers.each_mut().map(|reader| match reader {
                Some(reader) => reader.read(start, target.len()),
                None => &[],
            });
            self.function
                .call(self.parameters, &mut [target], &inputs[..self.count]);
        }
    }
}

fn update<T: Send + Sync>(
    formula: &Compiled<'_, T>,
    parameters: &[T],
    outputs: &mut [&mut [T]],
    inputs: &[&[T]],
) {
    let length = outputs.first().map_or(0, |output| output.len());
    counters::kernel(Family::Update, || {
        let size = length * size_of::<T>();
        [size * (outputs.len() + inputs.len()), size * outputs.len()]
    });
    // What it updates is read and written.
    let passes = (2 * outputs.len() + inputs.len()) as u32;
    let cost = formula.cost - COPY + passes * COPY / 2;
    let grain = parallel::grain(length, threshold::<T>(cost.max(1)));
    divide(formula.run, parameters, outputs, inputs, length, grain);
}

fn divide<T: Send + Sync>(
    function: Run<'_, T>,
    parameters: &[T],
    outputs: &mut [&mut [T]],
    inputs: &[&[T]],
    length: usize,
    grain: usize,
) {
    if length <= grain {
        return function.call(parameters, outputs, inputs);
    }
    let middle = (length / 2).next_multiple_of(64);
    let (mut left, mut right): (Vec<_>, Vec<_>) =
        outputs.iter_mut().map(|slice| slice.split_at_mut(middle)).unzip();
    let (left_in, right_in): (Vec<_>, Vec<_>) = inputs.iter().map(|slice| slice.split_at(middle)).unzip();
    parallel::join(
        &mut || divide(function, parameters, &mut left, &left_in, middle, grain),
        &mut || {
            divide(
                function,
                parameters,
                &mut right,
                &right_in,
                length - middle,
                grain,
            )
        },
    );
}
