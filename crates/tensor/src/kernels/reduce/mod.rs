//! Reductions of any axes of any view.
//!
//! Three ways through the memory: along rows, where the reduced elements lie one after another; down columns, where the kept ones
//! do; and by copying blocks of elements, where neither do. Each of them folds in many parts at once and joins the parts
//! in a tree, both for speed and for accuracy: a sum of n numbers passes each of them through no more than about 80 + log2 n
//! additions. The order of operations depends on shape and strides alone, not on the threads nor the instruction set.
//!
//! Only the innermost loops are compiled for each [`Fold`], as [`Kernels`]; what divides the work is not.

mod columns;
mod find;
pub(super) mod folds;
mod plan;
mod rows;
mod short;

pub use find::Find;
use folds::Fold;
pub use folds::{MappedSum, Reduction};
pub use plan::Plan;
pub(super) use rows::fold_slice;

use super::{Gather, MAX_OTHERS};
use crate::counters::{self, Family};
use crate::kernel::Compiled;
use crate::parallel::{self, threshold};
use crate::{Element, Result};
use columns::Written;

/// Picoseconds that copying an element of f32 to its place takes, where neither the reduced nor the kept ones lie one after another.
const GATHER: u32 = 500;

/// Elements in a row that are folded without a tree.
pub(super) const LEAF: usize = 1024;

pub trait Reduce: Sized {
    /// Folds the elements of the plan to those of `target`.
    fn reduce(reduction: Reduction, target: &mut [Self], source: &[Self], plan: &Plan);
}

pub trait ReduceFloats: Sized {
    /// Folds functions of the elements of the plan, and of one parameter for each element of `target`.
    fn mapped_sum(sum: MappedSum, target: &mut [Self], source: &[Self], plan: &Plan, parameters: &[Self]);

    /// Replaces the elements of `rows` by a formula of them and the others, and sums these rows to `target`, which has the length of one, 2 at least. The sums
    /// have the bits of [`reduce`](Reduce::reduce). It is done by one thread.
    fn apply_and_sum(
        formula: &Compiled<'_, Self>,
        parameters: &[Self],
        target: &mut [Self],
        rows: &mut [Self],
        others: &[&[Self]],
    ) -> Result<()>;
}

/// The innermost loops of a [`Fold`].
#[derive(Debug)]
struct Kernels<T> {
    identity: T,
    /// Picoseconds an element of f32.
    cost: u32,
    rows: fn(rows::Rows<'_, T>),
    block: fn(columns::Block<'_, T>),
    /// Combines the elements of the first slice with those of the second.
    merge: fn(&mut [T], &[T]),
}

impl<T: Copy + Default> Kernels<T> {
    fn new<F: Fold<T>, const LANES: usize>() -> Self {
        Self {
            identity: F::IDENTITY,
            cost: F::COST,
            rows: rows::fold_rows::<T, F, LANES>,
            block: columns::fold_block::<T, F, LANES>,
            merge: |first, second| {
                for (x, &y) in first.iter_mut().zip(second) {
                    *x = F::combine(*x, y);
                }
            },
        }
    }
}

/// One reduction: all that does not change while it is divided.
#[derive(Debug)]
struct Job<'a, T> {
    kernels: Kernels<T>,
    source: &'a [T],
    plan: &'a Plan,
    /// One for each element of the result, or none.
    parameters: &'a [T],
    /// How many elements one thread takes at a time.
    grain: usize,
}

impl<T: Copy + Default> Job<'_, T> {
    /// How many items of so many elements one thread takes at a time.
    fn grain(&self, elements: usize) -> usize {
        (self.grain / elements.max(1)).max(1)
    }

    fn combine(&self, first: T, second: T) -> T {
        let mut result = [first];
        (self.kernels.merge)(&mut result, &[second]);
        result[0]
    }

    /// The parameters of the results from `start` on.
    fn parameters(&self, start: usize) -> &[T] {
        self.parameters.get(start..).unwrap_or(&[])
    }
}

fn reduce<T>(kernels: Kernels<T>, target: &mut [T], source: &[T], plan: &Plan, parameters: &[T])
where
    T: Copy + Default + Send + Sync + Gather,
{
    counters::kernel(Family::Reduction, || {
        let read = plan.layout().distinct() * size_of::<T>();
        [read + size_of_val(parameters), size_of_val(target)]
    });
    let count = plan.reduced().count();
    if count == 0 || target.is_empty() {
        return target.fill(kernels.identity);
    }
    let (length, stride) = plan.reduced().inner();
    let down = plan.kept().inner().1 == 1;
    let along = !down && stride == 1 && (plan.reduced().rank() == 1 || length >= rows::RUN);
    let cost = kernels.cost + if down || along { 0 } else { GATHER };
    let job = Job {
        kernels,
        source,
        plan,
        parameters,
        grain: parallel::grain(count.saturating_mul(target.len()), threshold::<T>(cost)),
    };
    if down {
        columns::reduce(target, &job);
    } else if along {
        rows::reduce(target, &job);
    } else {
        rows::reduce_gathered(target, &job);
    }
}

macro_rules! reductions {
    ($($t:ty: $($reduction:ident $lanes:literal)*;)*) => { $(
        impl Reduce for $t {
            #[inline(never)]
            fn reduce(reduction: Reduction, target: &mut [Self], source: &[Self], plan: &Plan) {
                let kernels = match reduction {
                    $(Reduction::$reduction => Kernels::new::<folds::$reduction, $lanes>(),)*
                };
                reduce(kernels, target, source, plan, &[]);
            }
        }
    )* };
}
// Of 32 lanes the compiler makes a vector loop of sums, but not of comparisons.
reductions! {
    f32: Sum 64 Product 64 Maximum 64 Minimum 64;
    f64: Sum 32 Product 32 Maximum 64 Minimum 64;
    i32: Sum 64 Product 64 Maximum 64 Minimum 64;
    i64: Sum 32 Product 32 Maximum 32 Minimum 32;
    u8: Sum 64 Product 64 Maximum 64 Minimum 64;
}

fn apply_and_sum<T: Element>(
    kernels: &Kernels<T>,
    formula: &Compiled<'_, T>,
    parameters: &[T],
    target: &mut [T],
    rows: &mut [T],
    others: &[&[T]],
) -> Result<()> {
    let write = |start: usize, rows: &mut [T]| {
        let mut inputs = [&[][..]; MAX_OTHERS];
        for (input, other) in inputs.iter_mut().zip(others) {
            *input = &other[start..start + rows.len()];
        }
        formula.run.call(parameters, &mut [rows], &inputs[..others.len()]);
    };
    counters::kernel(Family::Elementwise, || {
        let size = size_of_val(rows);
        [size * (1 + others.len()), size + size_of_val(target)]
    });
    let written = Written {
        kernels,
        columns: target.len(),
        write: &write,
    };
    written.fold(0, rows, target)
}

macro_rules! mapped_sums {
    ($($t:ty, $lanes:literal;)*) => { $(
        impl ReduceFloats for $t {
            #[inline(never)]
            fn mapped_sum(sum: MappedSum, target: &mut [Self], source: &[Self], plan: &Plan, parameters: &[Self]) {
                let kernels = match sum {
                    MappedSum::Squares => Kernels::new::<folds::Squares, $lanes>(),
                    MappedSum::Exponentials => Kernels::new::<folds::Exponentials, $lanes>(),
                    MappedSum::OtherExponentials => Kernels::new::<folds::OtherExponentials, $lanes>(),
                };
                reduce(kernels, target, source, plan, parameters);
            }

            #[inline(never)]
            fn apply_and_sum(
                formula: &Compiled<'_, Self>,
                parameters: &[Self],
                target: &mut [Self],
                rows: &mut [Self],
                others: &[&[Self]],
            ) -> Result<()> {
                let kernels = Kernels::new::<folds::Sum, $lanes>();
                apply_and_sum(&kernels, formula, parameters, target, rows, others)
            }
        }
    )* };
}
mapped_sums! { f32, 64; f64, 32; }

/// Whether any, or all, of the elements of the plan are true.
pub fn any_or_all(all: bool, target: &mut [bool], source: &[bool], plan: &Plan) {
    let kernels = match all {
        true => Kernels::new::<folds::Minimum, 64>(),
        false => Kernels::new::<folds::Maximum, 64>(),
    };
    reduce(kernels, target, source, plan, &[]);
}
