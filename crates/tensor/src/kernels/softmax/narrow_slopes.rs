//! Slopes of cross entropies of narrow rows, which are worked on side by side.

use super::cross_entropy::{KEPT, factor_of, slope};
use super::{NARROW, Number, SIDE_BY_SIDE, turn};
use crate::math;

/// `p factor`, and `(p - 1) factor` at the row's class, made of `log p`.
#[inline(always)]
pub(super) fn of_classes<T: Number>(
    target: &mut [T],
    x: Option<&[T]>,
    length: usize,
    kept: &[[T; KEPT]],
    classes: &[i64],
    factors: &[T],
) {
    let zero = T::default();
    let mut columns = [[zero; SIDE_BY_SIDE]; NARROW];
    let blocks = { target.chunks_mut(SIDE_BY_SIDE * length) }
        .zip(kept.chunks(SIDE_BY_SIDE))
        .zip(classes.chunks(SIDE_BY_SIDE));
    for (i, ((target, kept), classes)) in blocks.enumerate() {
        let start = i * SIDE_BY_SIDE * length;
        let range = start..start + target.len();
        turn::to_columns(x.map_or(&*target, |x| &x[range]), length, &mut columns);
        let columns = &mut columns[..length];
        let mut rows = [[zero; SIDE_BY_SIDE]; KEPT];
        turn::turn::<T, KEPT>(kept.as_flattened(), &mut rows);
        let [largest, log_sum, ..] = &rows;
        let mut factor = [factors[0]; SIDE_BY_SIDE];
        if factors.len() > 1 {
            for (to, &from) in factor.iter_mut().zip(&factors[i * SIDE_BY_SIDE..]) {
                *to = from;
            }
        }
        // As numbers of the type they are compared as many at once as these are computed. A class that no column has is equal to none.
        let mut places = [T::of(-1.0); SIDE_BY_SIDE];
        for (place, &class) in places.iter_mut().zip(classes) {
            *place = T::of(class as f64);
        }
        let mut own = [zero; SIDE_BY_SIDE];
        for (c, column) in columns.iter_mut().enumerate() {
            let c = T::of(c as f64);
            for i in 0..SIDE_BY_SIDE {
                column[i] = (column[i] - largest[i]) - log_sum[i];
                own[i] = if places[i] == c { column[i] } else { own[i] };
            }
        }
        for own in &mut own {
            *own = math::expm1(*own);
        }
        for (c, column) in columns.iter_mut().enumerate() {
            let c = T::of(c as f64);
            for i in 0..SIDE_BY_SIDE {
                let p = math::exp_nonpositive(column[i]);
                let slope = if places[i] == c { own[i] } else { p };
                column[i] = if factor[i] == zero {
                    zero
                } else {
                    slope * factor[i]
                };
            }
        }
        turn::to_rows(columns, target, length);
    }
}

/// `(p Q - q) factor`; 0 where nothing counts, whatever `p` is.
#[inline(always)]
pub(super) fn of_distribution<T: Number>(
    target: &mut [T],
    x: Option<&[T]>,
    length: usize,
    kept: &[[T; KEPT]],
    factors: &[T],
    distribution: &[T],
) {
    let zero = T::default();
    let mut columns = [[zero; SIDE_BY_SIDE]; NARROW];
    let mut columns_q = columns;
    let blocks = target
        .chunks_mut(SIDE_BY_SIDE * length)
        .zip(kept.chunks(SIDE_BY_SIDE));
    for (i, (target, kept)) in blocks.enumerate() {
        let start = i * SIDE_BY_SIDE * length;
        let range = start..start + target.len();
        turn::to_columns(x.map_or(&*target, |x| &x[range.clone()]), length, &mut columns);
        turn::to_columns(&distribution[range], length, &mut columns_q);
        let mut rows = [[zero; SIDE_BY_SIDE]; KEPT];
        for (row, &[largest, log_sum, _, total]) in kept.iter().enumerate() {
            let factor = factor_of(factors, i * SIDE_BY_SIDE + row);
            for (to, number) in rows.iter_mut().zip([largest, log_sum, total, factor]) {
                to[row] = number;
            }
        }
        let [largest, log_sum, total, factor] = &rows;
        for (column, q) in columns[..length].iter_mut().zip(&columns_q) {
            for i in 0..SIDE_BY_SIDE {
                let p = math::exp_nonpositive((column[i] - largest[i]) - log_sum[i]);
                column[i] = slope(p, total[i], q[i], factor[i]);
            }
        }
        turn::to_rows(&columns[..length], target, length);
    }
}
