//! Products of all elements up to each one.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::counters::{self, Family};
use crate::math::{self, WideProduct};
use crate::parallel::{self, threshold};

/// Picoseconds an element of f32.
const COST: u32 = 800;

/// Columns whose products are carried at a time.
const COLUMNS: usize = 64;

pub trait CumulativeProduct: Sized {
    /// Replaces the elements of matrices with rows of `columns` elements, `length` rows each, by their products down the columns. False if a product
    /// of numbers other than 0 left the range in which it is carried.
    fn cumulative_product(target: &mut [Self], length: usize, columns: usize) -> bool;

    /// The same with an exponent of its own for each product, slowly.
    fn wide_cumulative_product(target: &mut [Self], length: usize, columns: usize);
}

macro_rules! floats {
    ($($t:ty)*) => { $(
        impl CumulativeProduct for $t {
            #[inline(never)]
            fn cumulative_product(target: &mut [Self], length: usize, columns: usize) -> bool {
                down_columns(target, length, columns, 1.0, |product, x| {
                    let x = f64::from(x);
                    let next: f64 = product * x;
                    let is_right = math::is_normal(next) | (product == 0.0) | (x == 0.0);
                    (next, next as $t, is_right)
                })
            }

            #[inline(never)]
            fn wide_cumulative_product(target: &mut [Self], length: usize, columns: usize) {
                down_columns(target, length, columns, WideProduct::ONE, |product, x| {
                    let next = product.times(f64::from(x));
                    (next, next.value() as $t, true)
                });
            }
        }
    )* };
}
floats! { f32 f64 }

macro_rules! integers {
    ($($t:ident)*) => { $(
        impl CumulativeProduct for $t {
            #[inline(never)]
            fn cumulative_product(target: &mut [Self], length: usize, columns: usize) -> bool {
                down_columns(target, length, columns, 1, |product, x| {
                    let next = $t::wrapping_mul(product, x);
                    (next, next, true)
                })
            }

            fn wide_cumulative_product(_: &mut [Self], _: usize, _: usize) {}
        }
    )* };
}
integers! { i32 i64 u8 }

/// Replaces each element by what `step` makes of it and of what is carried down its column, and says whether all steps were right.
#[inline(always)]
fn down_columns<T: Copy + Send + Sync, C: Copy + Sync>(
    target: &mut [T],
    length: usize,
    columns: usize,
    start: C,
    step: impl Fn(C, T) -> (C, T, bool) + Sync,
) -> bool {
    counters::kernel(Family::Cumulative, || [size_of_val(target); 2]);
    let matrix = length * columns;
    let all_right = AtomicBool::new(true);
    parallel::for_each_piece_of_rows(target, matrix, threshold::<T>(COST), |_, piece| {
        let mut right = [true; COLUMNS];
        for matrix in piece.chunks_mut(matrix) {
            for first in (0..columns).step_by(COLUMNS) {
                let mut carried = [start; COLUMNS];
                for row in matrix.chunks_mut(columns) {
                    for ((x, carried), right) in row[first..].iter_mut().zip(&mut carried).zip(&mut right) {
                        let is_right;
                        (*carried, *x, is_right) = step(*carried, *x);
                        *right &= is_right;
                    }
                }
            }
        }
        if right.contains(&false) {
            all_right.store(false, Relaxed);
        }
    });
    all_right.into_inner()
}
