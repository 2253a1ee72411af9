//! Comparing two views.

use crate::counters::{self, Family};
use crate::parallel::{self, COPY, threshold};

use super::operand::{Access, BLOCK, Reader, block_length};
use super::{Gather, Operand};

/// A question about two values. If one of them is NaN the answer is no, but for `NotEqual`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

pub trait Compare: Sized {
    /// Answers the question for each pair of elements.
    fn compare(question: Comparison, target: &mut [bool], left: Operand<'_, Self>, right: Operand<'_, Self>);
}

/// A question about slices of one length.
type Function<T> = fn(&mut [bool], &[T], &[T]);

macro_rules! compare {
    ($($t:ty),*) => {
        $(impl Compare for $t {
            #[inline(never)]
            fn compare(question: Comparison, target: &mut [bool], left: Operand<'_, Self>, right: Operand<'_, Self>) {
                macro_rules! function {
                    ($operator:tt) => {
                        |target, left, right| {
                            for ((to, x), y) in target.iter_mut().zip(left).zip(right) {
                                *to = x $operator y;
                            }
                        }
                    };
                }
                let function: Function<$t> = match question {
                    Comparison::Equal => function!(==),
                    Comparison::NotEqual => function!(!=),
                    Comparison::Less => function!(<),
                    Comparison::LessEqual => function!(<=),
                    Comparison::Greater => function!(>),
                    Comparison::GreaterEqual => function!(>=),
                };
                compare(function, target, left, right);
            }
        })*
    };
}
compare! { f32, f64, i32, i64, u8, bool }

fn compare<T: Gather + Copy + Default + Send + Sync>(
    function: Function<T>,
    target: &mut [bool],
    left: Operand<'_, T>,
    right: Operand<'_, T>,
) {
    counters::kernel(Family::Comparison, || {
        [left.bytes() + right.bytes(), target.len()]
    });
    let mut accesses = [Access::of(&left), Access::of(&right)];
    let block = block_length(&mut accesses);
    parallel::for_each_piece(target, threshold::<T>(COPY), |start, piece| {
        let mut scratch = [[T::default(); BLOCK]; 2];
        let [for_left, for_right] = &mut scratch;
        let mut left = Reader::new(left, accesses[0], start, for_left);
        let mut right = Reader::new(right, accesses[1], start, for_right);
        for (i, target) in piece.chunks_mut(block).enumerate() {
            let (start, length) = (start + i * block, target.len());
            function(target, left.read(start, length), right.read(start, length));
        }
    });
}
