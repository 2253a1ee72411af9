//! Sums of all elements up to each one.

use crate::parallel::{self, THRESHOLD};

/// Columns whose sums are carried at a time.
const COLUMNS: usize = 64;

pub trait Cumulative: Sized {
    /// Replaces the elements of matrices with rows of `columns` elements, `length` rows each, by their sums down the columns.
    fn cumulative_sum(target: &mut [Self], length: usize, columns: usize);
}

macro_rules! cumulative {
    ($($t:ty, $sum:ty, $add:expr;)*) => { $(
        impl Cumulative for $t {
            #[inline(never)]
            fn cumulative_sum(target: &mut [Self], length: usize, columns: usize) {
                let matrix = length * columns;
                parallel::for_each_piece_of_rows(target, matrix, THRESHOLD, |_, piece| {
                    for matrix in piece.chunks_mut(matrix) {
                        if columns == 1 {
                            let mut sum: $sum = <$sum>::default();
                            for x in matrix {
                                sum = $add(sum, <$sum>::from(*x));
                                *x = sum as $t;
                            }
                            continue;
                        }
                        for start in (0..columns).step_by(COLUMNS) {
                            let mut sums = [<$sum>::default(); COLUMNS];
                            for row in matrix.chunks_mut(columns) {
                                for (x, sum) in row[start..].iter_mut().zip(&mut sums) {
                                    *sum = $add(*sum, <$sum>::from(*x));
                                    *x = *sum as $t;
                                }
                            }
                        }
                    }
                });
            }
        }
    )* };
}
cumulative! {
    f32, f64, |x, y| x + y;
    f64, f64, |x, y| x + y;
    i32, i32, i32::wrapping_add;
    i64, i64, i64::wrapping_add;
    u8, u8, u8::wrapping_add;
}
