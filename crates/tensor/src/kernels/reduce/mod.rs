//! Reductions of any axes of any view.
//!
//! Three ways through the memory: along rows, where the reduced elements lie one after another; down columns, where the kept ones
//! do; and by copying blocks of elements, where neither do. Each of them folds in many parts at once and joins the parts
//! in a tree, both for speed and for accuracy: a sum of n numbers passes each of them through no more than about 80 + log2 n
//! additions. The order of operations depends on shape and strides alone, not on the threads nor the instruction set.

mod columns;
mod find;
mod folds;
mod plan;
mod rows;

pub use find::Find;
use folds::Fold;
pub use folds::{MappedSum, Reduction};
pub use plan::Plan;

use super::Gather;
use crate::parallel::{self, PIECE, THRESHOLD};

/// Elements in a row that are folded without a tree.
const LEAF: usize = 1024;

pub trait Reduce: Sized {
    /// Folds the elements of the plan to those of `target`.
    fn reduce(reduction: Reduction, target: &mut [Self], source: &[Self], plan: &Plan);
}

pub trait ReduceFloats: Sized {
    /// Folds functions of the elements of the plan, and of one parameter for each element of `target`.
    fn mapped_sum(sum: MappedSum, target: &mut [Self], source: &[Self], plan: &Plan, parameters: &[Self]);
}

/// One reduction: all that does not change while it is divided.
#[derive(Debug)]
struct Job<'a, T> {
    source: &'a [T],
    plan: &'a Plan,
    /// One for each element of the result, or none.
    parameters: &'a [T],
    threads: bool,
}

impl<T: Copy + Default> Job<'_, T> {
    /// How many items of so many elements one thread shall have at least.
    fn grain(&self, elements: usize) -> usize {
        match self.threads {
            true => (PIECE / elements.max(1)).max(1),
            false => usize::MAX,
        }
    }

    fn parameter(&self, index: usize) -> T {
        self.parameters.get(index).copied().unwrap_or_default()
    }
}

fn reduce<T, F, const LANES: usize>(target: &mut [T], source: &[T], plan: &Plan, parameters: &[T])
where
    T: Copy + Default + Send + Sync + Gather,
    F: Fold<T>,
{
    let count = plan.reduced.count();
    if count == 0 || target.is_empty() {
        return target.fill(F::IDENTITY);
    }
    let threads = parallel::pays(count.saturating_mul(target.len()), THRESHOLD);
    let job = Job {
        source,
        plan,
        parameters,
        threads,
    };
    let (length, stride) = plan.reduced.inner();
    if plan.kept.inner().1 == 1 {
        columns::fold_columns::<T, F, LANES>(target, &job);
    } else if stride == 1 && (plan.reduced.rank() == 1 || length >= rows::RUN) {
        rows::fold_rows::<T, F, LANES>(target, &job);
    } else {
        rows::fold_gathered::<T, F, LANES>(target, &job);
    }
}

macro_rules! reductions {
    ($($t:ty, $lanes:literal: $($reduction:ident)*;)*) => { $(
        impl Reduce for $t {
            #[inline(never)]
            fn reduce(reduction: Reduction, target: &mut [Self], source: &[Self], plan: &Plan) {
                match reduction {
                    $(Reduction::$reduction => reduce::<$t, folds::$reduction, $lanes>(target, source, plan, &[]),)*
                }
            }
        }
    )* };
}
reductions! {
    f32, 64: Sum Product Maximum Minimum;
    f64, 32: Sum Product Maximum Minimum;
    i32, 64: Sum Product Maximum Minimum;
    i64, 32: Sum Product Maximum Minimum;
    u8, 64: Sum Product Maximum Minimum;
}

macro_rules! mapped_sums {
    ($($t:ty, $lanes:literal;)*) => { $(
        impl ReduceFloats for $t {
            #[inline(never)]
            fn mapped_sum(sum: MappedSum, target: &mut [Self], source: &[Self], plan: &Plan, parameters: &[Self]) {
                match sum {
                    MappedSum::Squares => reduce::<$t, folds::Squares, $lanes>(target, source, plan, parameters),
                    MappedSum::Exponentials => reduce::<$t, folds::Exponentials, $lanes>(target, source, plan, parameters),
                }
            }
        }
    )* };
}
mapped_sums! { f32, 64; f64, 32; }

/// Whether any, or all, of the elements of the plan are true.
pub fn any_or_all(all: bool, target: &mut [bool], source: &[bool], plan: &Plan) {
    match all {
        true => reduce::<bool, folds::Minimum, 64>(target, source, plan, &[]),
        false => reduce::<bool, folds::Maximum, 64>(target, source, plan, &[]),
    }
}
