//! The triangles of matrices.

use crate::counters::{self, Family};

pub trait Triangle: Sized {
    /// Writes `value` outside the triangle of each matrix of these numbers of rows and columns: outside `column - row <=
    /// diagonal`, or `>=` for the upper triangle.
    fn outside_triangle(matrices: &mut [Self], size: [usize; 2], diagonal: isize, upper: bool, value: Self);
}

macro_rules! triangle {
    ($($t:ty),*) => {
        $(impl Triangle for $t {
            #[inline(never)]
            fn outside_triangle(
                matrices: &mut [Self],
                size: [usize; 2],
                diagonal: isize,
                upper: bool,
                value: Self,
            ) {
                outside_triangle(matrices, size, diagonal, upper, value);
            }
        })*
    };
}
triangle! { f32, f64, i32, i64, u8, bool }

fn outside_triangle<T: Copy>(
    matrices: &mut [T],
    [rows, columns]: [usize; 2],
    diagonal: isize,
    upper: bool,
    value: T,
) {
    if matrices.is_empty() {
        return;
    }
    counters::kernel(Family::Triangle, || [0, size_of_val(matrices)]);
    for (i, row) in matrices.chunks_exact_mut(columns).enumerate() {
        let on_diagonal = (i % rows) as isize;
        let on_diagonal = on_diagonal.saturating_add(diagonal).clamp(-1, columns as isize);
        if upper {
            row[..on_diagonal.max(0) as usize].fill(value);
        } else {
            row[((on_diagonal + 1) as usize).min(columns)..].fill(value);
        }
    }
}
