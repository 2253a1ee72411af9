//! Sums of all elements up to each one.

use crate::counters::{self, Family};
use crate::parallel::{self, THRESHOLD};

use super::compensated::Compensated;

/// Columns whose sums are carried at a time.
const COLUMNS: usize = 64;

/// Rows that are added one after another, from zero on; to what they come to, the sum of all blocks before is added.
const BLOCK: usize = 256;

pub trait Cumulative: Sized {
    /// Replaces the elements of matrices with rows of `columns` elements, `length` rows each, by their sums down the columns.
    fn cumulative_sum(target: &mut [Self], length: usize, columns: usize);
}

macro_rules! cumulative {
    ($($t:ty, $sum:ty, $carry:ty, $plus:expr, $add:expr, $value:expr;)*) => { $(
        impl Cumulative for $t {
            #[inline(never)]
            fn cumulative_sum(target: &mut [Self], length: usize, columns: usize) {
                counters::kernel(Family::Cumulative, || [size_of_val(target); 2]);
                let matrix = length * columns;
                parallel::for_each_piece_of_rows(target, matrix, THRESHOLD, |_, piece| {
                    for matrix in piece.chunks_mut(matrix) {
                        if columns == 1 {
                            let mut carry = <$carry>::default();
                            for block in matrix.chunks_mut(BLOCK) {
                                let (before, mut sum) = ($value(carry), <$sum>::default());
                                for x in block {
                                    sum = $plus(sum, <$sum>::from(*x));
                                    *x = $plus(before, sum) as $t;
                                }
                                $add(&mut carry, sum);
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
