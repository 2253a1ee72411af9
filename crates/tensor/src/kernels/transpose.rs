//! Copying views whose rows are not rows in memory, in tiles: each line of the cache is read and written once.

use crate::Layout;

use super::walk::Walk;
use crate::parallel::{self, threshold};

/// Side of a tile: a line of the cache of `f32`s.
const SIDE: usize = 16;

/// Picoseconds that an element of f32 takes.
const COST: u32 = 400;

/// Copies a whole view in row-major order to `target`, if tiles help: if neighbors in memory lie along another axis
/// than neighbors in the view, and both axes have room for a tile.
pub(super) fn transpose<T: Copy + Default + Send + Sync>(
    target: &mut [T],
    source: &[T],
    layout: &Layout,
) -> bool {
    let rows = Layout::row_major(*layout.shape());
    let mut walk = Walk::new([&rows, layout]);
    let inner = walk.rank - 1;
    let near = (0..inner).find(|&axis| walk.strides[axis][1] == 1);
    let Some(near) = near.filter(|&near| walk.lengths[near].min(walk.lengths[inner]) >= SIDE) else {
        return false;
    };
    let plane = Plane {
        rows: walk.lengths[near],
        columns: walk.lengths[inner],
        row_stride: walk.strides[near][0] as usize,
        column_stride: walk.strides[inner][1],
    };
    if walk.rank == 2 {
        let from = walk.offset(1);
        let band = SIDE * plane.row_stride;
        parallel::for_each_piece_of_rows(target, band, threshold::<T>(COST), |start, target| {
            let band = Plane {
                rows: target.len() / plane.row_stride,
                ..plane
            };
            band.copy(target, source, from + (start / plane.row_stride) as isize);
        });
        return true;
    }
    // What is left are the other axes.
    walk.remove(inner);
    walk.remove(near);
    let count = layout.shape().count() / (plane.rows * plane.columns);
    let [to_stride, from_stride] = walk.strides();
    walk.runs(0, count, |[mut to, mut from], length| {
        for _ in 0..length {
            plane.copy(&mut target[to as usize..], source, from);
            to += to_stride;
            from += from_stride;
        }
    });
    true
}

/// Rows and columns of a target in row-major order, whose source has its columns in a row.
#[derive(Debug, Clone, Copy)]
struct Plane {
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: isize,
}

impl Plane {
    fn copy<T: Copy + Default>(&self, target: &mut [T], source: &[T], from: isize) {
        let mut tile = [[T::default(); SIDE]; SIDE];
        for row in (0..self.rows).step_by(SIDE) {
            let rows = SIDE.min(self.rows - row);
            for column in (0..self.columns).step_by(SIDE) {
                let columns = SIDE.min(self.columns - column);
                for (j, line) in tile[..columns].iter_mut().enumerate() {
                    let from = from + (column + j) as isize * self.column_stride + row as isize;
                    let from = from as usize;
                    line[..rows].copy_from_slice(&source[from..from + rows]);
                }
                for i in 0..rows {
                    let to = (row + i) * self.row_stride + column;
                    for (to, line) in target[to..to + columns].iter_mut().zip(&tile) {
                        *to = line[i];
                    }
                }
            }
        }
    }
}
