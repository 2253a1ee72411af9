//! Sums of all elements up to each one.

use crate::counters::{self, Family};
use crate::parallel::{self, threshold};

use super::compensated::Compensated;

/// Picoseconds an element of f32.
const COST: u32 = 400;

/// Columns whose sums are carried at a time.
const COLUMNS: usize = 64;

/// Rows that are added one after another, from zero on; to what they come to, the sum of all blocks before is added.
const BLOCK: usize = 256;

pub trait Cumulative: Sized {
    /// Replaces the elements of matrices with rows of `columns` elements, `length` rows each, by their sums down the columns.
    fn cumulative_sum(target: &mut [Self], length: usize, columns: usize);
}

/// Blocks whose sums are taken at the same time, so that none waits for the one before.
const BLOCKS: usize = 4;

/// The sums of the elements of each block up to each of them.
#[inline(always)]
fn within_blocks<T: Copy + Default, S: Copy + Default>(
    sums: &mut [[S; BLOCK]; BLOCKS],
    blocks: &[T],
    from: impl Fn(T) -> S,
    plus: impl Fn(S, S) -> S,
) {
    if let ([first, second, third, fourth], []) = blocks.as_chunks::<BLOCK>() {
        return within_four(sums, [first, second, third, fourth], from, plus);
    }
    // What is missing in the last blocks is 0, and not looked at.
    let mut whole = [[T::default(); BLOCK]; BLOCKS];
    if blocks.len() > BLOCK {
        whole.as_flattened_mut()[..blocks.len()].copy_from_slice(blocks);
        return within_four(sums, whole.each_ref(), from, plus);
    }
    let mut last = S::default();
    for (&x, sum) in blocks.iter().zip(sums.as_flattened_mut()) {
        last = plus(last, from(x));
        *sum = last;
    }
}

#[inline(always)]
fn within_four<T: Copy, S: Copy + Default>(
    sums: &mut [[S; BLOCK]; BLOCKS],
    blocks: [&[T; BLOCK]; BLOCKS],
    from: impl Fn(T) -> S,
    plus: impl Fn(S, S) -> S,
) {
    let mut last = [S::default(); BLOCKS];
    for i in 0..BLOCK {
        last = std::array::from_fn(|block| plus(last[block], from(blocks[block][i])));
        (0..BLOCKS).for_each(|block| sums[block][i] = last[block]);
    }
}

/// Rows of one block at most whose sums are taken at the same time.
const ROWS: usize = 8;

/// Replaces the elements of rows by their sums.
#[inline(always)]
fn within_rows<T: Copy, S: Copy + Default>(
    rows: &mut [T],
    length: usize,
    from: impl Fn(T) -> S,
    plus: impl Fn(S, S) -> S,
    to: impl Fn(S) -> T,
) {
    let mut groups = rows.chunks_exact_mut(ROWS * length);
    for group in &mut groups {
        let mut last = [S::default(); ROWS];
        for i in 0..length {
            for (row, last) in last.iter_mut().enumerate() {
                let x = &mut group[row * length + i];
                *last = plus(*last, from(*x));
                *x = to(*last);
            }
        }
    }
    for row in groups.into_remainder().chunks_mut(length) {
        let mut last = S::default();
        for x in row {
            last = plus(last, from(*x));
            *x = to(last);
        }
    }
}

macro_rules! cumulative {
    ($($t:ty, $sum:ty, $carry:ty, $plus:expr, $add:expr, $value:expr;)*) => { $(
        impl Cumulative for $t {
            #[inline(never)]
            fn cumulative_sum(target: &mut [Self], length: usize, columns: usize) {
                counters::kernel(Family::Cumulative, || [size_of_val(target); 2]);
                let matrix = length * columns;
                parallel::for_each_piece_of_rows(target, matrix, threshold::<$t>(COST), |_, piece| {
                    if columns == 1 && length <= BLOCK {
                        // As below, with nothing before.
                        let before = $value(<$carry>::default());
                        return within_rows(piece, length, <$sum>::from, $plus, |sum| $plus(before, sum) as $t);
                    }
                    for matrix in piece.chunks_mut(matrix) {
                        if columns == 1 {
                            let mut carry = <$carry>::default();
                            let mut sums = [[<$sum>::default(); BLOCK]; BLOCKS];
                            for blocks in matrix.chunks_mut(BLOCKS * BLOCK) {
                                within_blocks(&mut sums, blocks, <$sum>::from, $plus);
                                for (block, sums) in blocks.chunks_mut(BLOCK).zip(&sums) {
                                    let before = $value(carry);
                                    for (x, &sum) in block.iter_mut().zip(sums) {
                                        *x = $plus(before, sum) as $t;
                                    }
                                    $add(&mut carry, sums[block.len() - 1]);
                                }
                            }
                            continue;
                        }
                        for start in (0..columns).step_by(COLUMNS) {
                            let mut carries = [<$carry>::default(); COLUMNS];
                            for block in matrix.chunks_mut(BLOCK * columns) {
                                let (before, mut sums) = (carries.map($value), [<$sum>::default(); COLUMNS]);
                                for row in block.chunks_mut(columns) {
                                    let row = row[start..].iter_mut();
                                    for ((x, sum), &before) in row.zip(&mut sums).zip(&before) {
                                        *sum = $plus(*sum, <$sum>::from(*x));
                                        *x = $plus(before, *sum) as $t;
                                    }
                                }
                                for (carry, &sum) in carries.iter_mut().zip(&sums) {
                                    $add(carry, sum);
                                }
                            }
                        }
                    }
                });
            }
        }
    )* };
}
macro_rules! cumulative_floats {
    ($($t:ident)*) => {
        cumulative! { $(
            $t, f64, Compensated<f64>, |x: f64, y: f64| x + y, Compensated::add, Compensated::value;
        )* }
    };
}
macro_rules! cumulative_integers {
    ($($t:ident)*) => {
        cumulative! { $(
            $t, $t, $t, $t::wrapping_add, |sum: &mut $t, x| *sum = sum.wrapping_add(x), |sum| sum;
        )* }
    };
}
cumulative_floats! { f32 f64 }
cumulative_integers! { i32 i64 u8 }
