//! Narrow rows to columns, so that what is done to a row is done to many at once, and back.

use super::SIDE_BY_SIDE;

/// Calls a function with the length as a constant, without which the compiler makes a loop of a few elements that takes longer than they do.
macro_rules! with_length {
    ($length:ident, $function:ident $arguments:tt; $($constant:literal)*) => {
        match $length {
            $($constant => $function::<T, $constant> $arguments,)*
            _ => {}
        }
    };
}

/// Copies the rows, no more than `SIDE_BY_SIDE` of a length of no more than `NARROW`, to the first columns.
#[inline(always)]
pub(super) fn to_columns<T: Copy>(rows: &[T], length: usize, columns: &mut [[T; SIDE_BY_SIDE]]) {
    with_length!(length, turn(rows, columns); 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
}

/// And back.
#[inline(always)]
pub(super) fn to_rows<T: Copy>(columns: &[[T; SIDE_BY_SIDE]], rows: &mut [T], length: usize) {
    with_length!(length, turn_back(columns, rows); 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
}

#[inline(always)]
pub(super) fn turn<T: Copy, const LENGTH: usize>(rows: &[T], columns: &mut [[T; SIDE_BY_SIDE]]) {
    let Some((columns, _)) = columns.split_first_chunk_mut::<LENGTH>() else {
        return;
    };
    let (rows, _) = rows.as_chunks::<LENGTH>();
    for (i, row) in rows.iter().enumerate().take(SIDE_BY_SIDE) {
        for (column, &x) in columns.iter_mut().zip(row) {
            column[i] = x;
        }
    }
}

#[inline(always)]
fn turn_back<T: Copy, const LENGTH: usize>(columns: &[[T; SIDE_BY_SIDE]], rows: &mut [T]) {
    let Some((columns, _)) = columns.split_first_chunk::<LENGTH>() else {
        return;
    };
    let (rows, _) = rows.as_chunks_mut::<LENGTH>();
    for (i, row) in rows.iter_mut().enumerate().take(SIDE_BY_SIDE) {
        for (x, column) in row.iter_mut().zip(columns) {
            *x = column[i];
        }
    }
}
