//! Where the extreme elements are.

use super::plan::Plan;
use crate::counters::{self, Family};
use crate::parallel::{self, threshold};

/// Picoseconds that comparing an element of f32 takes.
const COST: u32 = 50;

/// Elements that are compared before asking whether one of them was it.
const CHUNK: usize = 64;

pub trait Find: Sized {
    /// The index, counted through the reduced loops, of the first element that is the wanted one, or NaN; 0 if there is none.
    fn find(target: &mut [i64], wanted: &[Self], source: &[Self], plan: &Plan);
}

macro_rules! find {
    ($($t:ty),*) => {
        $(impl Find for $t {
            #[inline(never)]
            fn find(target: &mut [i64], wanted: &[Self], source: &[Self], plan: &Plan) {
                find(target, wanted, source, plan);
            }
        })*
    };
}
find! { f32, f64, i32, i64, u8 }

fn find<T: Copy + PartialEq + Send + Sync>(target: &mut [i64], wanted: &[T], source: &[T], plan: &Plan) {
    if target.is_empty() {
        return;
    }
    counters::kernel(Family::Search, || {
        let read = plan.layout().distinct() * size_of::<T>();
        [read + size_of_val(wanted), size_of_val(target)]
    });
    let length = plan.reduced().count();
    let grain = parallel::grain(length.saturating_mul(target.len()), threshold::<T>(COST));
    let grain = (grain / length.max(1)).max(1);
    let (columns, stride) = plan.kept().inner();
    let unit = if stride == 1 { columns } else { 1 };
    parallel::divide(target, 0, unit, grain, &|start, target: &mut [i64]| {
        let wanted = &wanted[start..start + target.len()];
        match stride {
            1 => find_in_columns(target, wanted, source, plan, start),
            _ => find_in_rows(target, wanted, source, plan, start),
        }
    });
}

/// A NaN is wanted where there is one, as it is the extreme.
#[inline(always)]
#[allow(clippy::eq_op)]
fn is_it<T: PartialEq + Copy>(x: T, wanted: T) -> bool {
    (x == wanted) | (x != x)
}

fn find_in_rows<T: Copy + PartialEq>(
    target: &mut [i64],
    wanted: &[T],
    source: &[T],
    plan: &Plan,
    start: usize,
) {
    let (length, stride) = plan.reduced().inner();
    let in_a_row = plan.reduced().rank() == 1 && stride == 1;
    for ((index, &wanted), position) in target.iter_mut().zip(wanted).zip(plan.kept().walk(start)) {
        let from = plan.offset.wrapping_add_signed(position);
        let found = if in_a_row {
            find_in_slice(&source[from..from + length], wanted)
        } else {
            let positions = plan.reduced().walk(0).take(plan.reduced().count());
            let mut elements = positions.map(|position| source[from.wrapping_add_signed(position)]);
            elements.position(|x| is_it(x, wanted))
        };
        *index = found.unwrap_or(0) as i64;
    }
}

fn find_in_slice<T: Copy + PartialEq>(slice: &[T], wanted: T) -> Option<usize> {
    let (chunks, _) = slice.as_chunks::<CHUNK>();
    let here = |chunk: &[T; CHUNK]| chunk.iter().fold(false, |found, &x| found | is_it(x, wanted));
    let start = chunks.iter().position(here).unwrap_or(chunks.len()) * CHUNK;
    let index = slice[start..].iter().position(|&x| is_it(x, wanted))?;
    Some(start + index)
}

fn find_in_columns<T: Copy + PartialEq>(
    target: &mut [i64],
    wanted: &[T],
    source: &[T],
    plan: &Plan,
    start: usize,
) {
    let (columns, _) = plan.kept().inner();
    let outer = plan.kept().outer();
    let groups = target.chunks_mut(columns).zip(wanted.chunks(columns));
    for ((indices, wanted), position) in groups.zip(outer.walk(start / columns)) {
        let offset = plan.offset.wrapping_add_signed(position);
        indices.fill(0);
        // From the last row to the first, so that the first of several stays.
        for row in (0..plan.reduced().count()).rev() {
            let from = offset.wrapping_add_signed(plan.reduced().position(row));
            let row_elements = &source[from..from + columns];
            for ((index, &x), &wanted) in indices.iter_mut().zip(row_elements).zip(wanted) {
                *index = if is_it(x, wanted) { row as i64 } else { *index };
            }
        }
    }
}
