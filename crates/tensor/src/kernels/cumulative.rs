//! Sums of all elements up to each one.

use crate::parallel::{self, THRESHOLD};

use super::compensated::Compensated;

/// Columns whose sums are carried at a time.
const COLUMNS: usize = 64;

pub trait Cumulative: Sized {
    /// Replaces the elements of matrices with rows of `columns` elements, `length` rows each, by their sums down the columns.
    fn cumulative_sum(target: &mut [Self], length: usize, columns: usize);
}

macro_rules! cumulative {
    ($($t:ty, $sum:ty, $add:expr, $value:expr;)*) => { $(
        impl Cumulative for $t {
            #[inline(never)]
            fn cumulative_sum(target: &mut [Self], length: usize, columns: usize) {
                let matrix = length * columns;
                parallel::for_each_piece_of_rows(target, matrix, THRESHOLD, |_, piece| {
                    for matrix in piece.chunks_mut(matrix) {
                        if columns == 1 {
                            let mut sum = <$sum>::default();
                            for x in matrix {
                                $add(&mut sum, *x);
                                *x = $value(sum);
                            }
                            continue;
                        }
                        for start in (0..columns).step_by(COLUMNS) {
                            let mut sums = [<$sum>::default(); COLUMNS];
                            for row in matrix.chunks_mut(columns) {
                                for (x, sum) in row[start..].iter_mut().zip(&mut sums) {
                                    $add(sum, *x);
                                    *x = $value(*sum);
                                }
                            }
                        }
                    }
                });
            }
        }
    )* };
}
macro_rules! cumulative_integers {
    ($($t:ident)*) => {
        cumulative! { $($t, $t, |sum: &mut $t, x| *sum = sum.wrapping_add(x), |sum| sum;)* }
    };
}
cumulative! {
    f32, f64, |sum: &mut f64, x| *sum += f64::from(x), |sum| sum as f32;
    f64, Compensated<f64>, Compensated::add, Compensated::value;
}
cumulative_integers! { i32 i64 u8 }
