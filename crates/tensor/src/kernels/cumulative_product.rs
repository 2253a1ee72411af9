//! Products of all elements up to each one.

use crate::counters::{self, Family};
use crate::parallel::{self, threshold};

/// Picoseconds an element of f32.
const COST: u32 = 800;

/// Columns whose products are carried at a time.
const COLUMNS: usize = 64;

pub trait CumulativeProduct: Sized {
    /// Replaces the elements of matrices with rows of `columns` elements, `length` rows each, by their products down the columns.
    fn cumulative_product(target: &mut [Self], length: usize, columns: usize);
}

macro_rules! cumulative_product {
    ($($t:ty, $product:ty, $multiply:expr;)*) => { $(
        impl CumulativeProduct for $t {
            #[inline(never)]
            fn cumulative_product(target: &mut [Self], length: usize, columns: usize) {
                let multiply: fn($product, $product) -> $product = $multiply;
                down_columns(target, length, columns, 1 as $product, |product, x| {
                    let next = multiply(product, <$product>::from(x));
                    (next, next as $t)
                });
            }
        }
    )* };
}
cumulative_product! {
    f32, f64, |x, y| x * y;
    f64, f64, |x, y| x * y;
    i32, i32, i32::wrapping_mul;
    i64, i64, i64::wrapping_mul;
    u8, u8, u8::wrapping_mul;
}

/// Replaces each element by what `step` makes of it and of what is carried down its column.
#[inline(always)]
fn down_columns<T: Copy + Send + Sync, C: Copy + Sync>(
    target: &mut [T],
    length: usize,
    columns: usize,
    start: C,
    step: impl Fn(C, T) -> (C, T) + Sync,
) {
    counters::kernel(Family::Cumulative, || [size_of_val(target); 2]);
    let matrix = length * columns;
    parallel::for_each_piece_of_rows(target, matrix, threshold::<T>(COST), |_, piece| {
        for matrix in piece.chunks_mut(matrix) {
            for first in (0..columns).step_by(COLUMNS) {
                let mut carried = [start; COLUMNS];
                for row in matrix.chunks_mut(columns) {
                    for (x, carried) in row[first..].iter_mut().zip(&mut carried) {
                        (*carried, *x) = step(*carried, *x);
                    }
                }
            }
        }
    });
}
