//! The innermost loops, whose accumulators fill the registers.

use crate::simd::Vector;
use crate::simd::unaligned::{prefetch, read, row_of, write};
use crate::{Float, Numeric};

use super::DEPTH;

/// The lanes of the widest vector.
const MAX_LANES: usize = 16;

/// The rows of the highest tile.
const MAX_ROWS: usize = 12;

/// Terms of a sum from which on lines are asked for before the sums are computed: they arrive meanwhile.
pub const PREFETCHED: usize = 64;

/// Bytes of a cache line.
const LINE: usize = 64;

/// A block of the target: `R` rows and `width` columns, of `C` vectors side by side.
///
/// The last vector ends with the block, so it may overlap the one before: both compute the same there.
#[derive(Debug, Clone, Copy)]
pub struct Tile<T> {
    /// Terms to add.
    pub depth: usize,
    pub left: *const T,
    pub left_strides: [isize; 2],
    /// Whether to ask for the rows of the left matrix below the tile, whose elements must have no gaps.
    pub ahead: bool,
    /// Rows of `max(width, LANES)` elements.
    pub right: *const T,
    pub right_row: isize,
    /// What the sums of each row start with: zeros if it is null.
    pub start: *const T,
    /// Whether the sums are added to what the target holds.
    pub add: bool,
    pub target: *mut T,
    pub target_row: isize,
    pub width: usize,
}

impl<T> Tile<T> {
    /// To the rows below it.
    #[inline(always)]
    pub fn descend(&mut self, rows: usize) {
        self.left = row_of(self.left, rows, self.left_strides[0]);
        self.target = row_of(self.target, rows, self.target_row).cast_mut();
    }

    /// Asks for the lines of some rows of the target before their sums are computed: at the end of a tile all of them would be waited for.
    ///
    /// It is not inlined, because the addresses would take registers from the sums.
    #[inline(never)]
    pub fn prefetch_target(&self, rows: usize) {
        for i in 0..rows {
            let row = row_of(self.target, i, self.target_row);
            for j in (0..self.width).step_by(LINE / size_of::<T>()) {
                prefetch(row.wrapping_add(j));
            }
            prefetch(row.wrapping_add(self.width).wrapping_sub(1));
        }
    }
}

/// `target = start + left * right`, or this added to the target; the terms of a sum one after another.
///
/// # Safety
/// The machine has the vector's instructions; all that the tile says is there can be read and written.
#[inline(always)]
pub unsafe fn chain<V: Vector<Element: Float>, const R: usize, const C: usize>(tile: &Tile<V::Element>) {
    let mut offsets = [0; C];
    for (j, offset) in offsets.iter_mut().enumerate() {
        *offset = (j * V::LANES).min(tile.width.saturating_sub(V::LANES));
    }
    // SAFETY: the caller's promise. Pointers behind the last row are made, but not read.
    unsafe {
        let mut sums = [[V::splat(V::Element::ZERO); C]; R];
        if !tile.start.is_null() {
            let mut start = [V::splat(V::Element::ZERO); C];
            for (start, &offset) in start.iter_mut().zip(&offsets) {
                *start = load_some(tile.start.wrapping_add(offset), tile.width);
            }
            sums = [start; R];
        }
        let mut left = Rows::<_, R, C>::new(tile.left, tile.left_strides[0]);
        let mut right = tile.right;
        // Not a function, in which the sums would be memory.
        macro_rules! add {
            ($count:expr) => {
                for _ in 0..$count {
                    let mut row = [V::splat(V::Element::ZERO); C];
                    for (row, &offset) in row.iter_mut().zip(&offsets) {
                        *row = V::load(right.wrapping_add(offset));
                    }
                    for (i, sums) in sums.iter_mut().enumerate() {
                        let factor = V::splat(read(left.at(i)));
                        for (sum, &row) in sums.iter_mut().zip(&row) {
                            *sum = factor.mul_add(row, *sum);
                        }
                    }
                    left.advance(tile.left_strides[1]);
                    right = right.wrapping_offset(tile.right_row);
                }
            };
        }
        if tile.ahead && 3 * R * C >= 2 * V::SUMS {
            let line = LINE / size_of::<V::Element>();
            for first in (0..tile.depth).step_by(line) {
                left.prefetch_below();
                add!(line.min(tile.depth - first));
            }
        } else {
            add!(tile.depth);
        }
        if C == 1 && tile.width < V::LANES {
            return narrow(tile, &sums);
        }
        let one = V::splat(V::Element::ONE);
        for (i, sums) in sums.iter_mut().enumerate() {
            let target = row_of(tile.target, i, tile.target_row).cast_mut();
            if tile.add {
                // All before the first is written, since the vectors may overlap.
                for (sum, &offset) in sums.iter_mut().zip(&offsets) {
                    *sum = one.mul_add(*sum, V::load(target.wrapping_add(offset)));
                }
            }
            for (&sum, &offset) in sums.iter().zip(&offsets) {
                sum.store(target.wrapping_add(offset));
            }
        }
    }
}

/// Writes the first lanes of each row's sums.
#[inline(always)]
unsafe fn narrow<V: Vector<Element: Float>, const R: usize, const C: usize>(
    tile: &Tile<V::Element>,
    sums: &[[V; C]; R],
) {
    let mut lanes = [[V::Element::ZERO; MAX_LANES]; R];
    for (lanes, sums) in lanes.iter_mut().zip(sums) {
        // SAFETY: no vector has more lanes.
        unsafe { sums[0].store(lanes.as_mut_ptr()) }
    }
    for (i, lanes) in lanes.iter().enumerate() {
        let target = row_of(tile.target, i, tile.target_row).cast_mut();
        for (j, &sum) in lanes.iter().enumerate().take(tile.width) {
            let target = target.wrapping_add(j);
            // SAFETY: the caller's promise for the first `width` columns.
            unsafe { write(target, if tile.add { read(target) + sum } else { sum }) }
        }
    }
}

/// Rows at even distances, of which the first of each four has a pointer of its own: the others are one addressing mode away from it.
///
/// High tiles of two vectors have so many rows that an address computed from that of the row before takes no longer than the row's two sums, and so short
/// a way through the matrix that making the pointers would take a tenth of it.
#[derive(Clone, Copy)]
struct Rows<T, const R: usize, const C: usize> {
    fours: [*const T; MAX_ROWS / 4],
    /// One and three times the distance.
    strides: [isize; 2],
}

impl<T, const R: usize, const C: usize> Rows<T, R, C> {
    #[inline(always)]
    fn new(first: *const T, stride: isize) -> Self {
        const { assert!(R <= MAX_ROWS) }
        let mut fours = [first; MAX_ROWS / 4];
        for (index, four) in fours.iter_mut().enumerate() {
            *four = row_of(first, 4 * index, stride);
        }
        Self {
            fours,
            strides: [stride, stride.wrapping_mul(3)],
        }
    }

    #[inline(always)]
    fn at(&self, row: usize) -> *const T {
        if R > 6 && C == 2 {
            return row_of(self.fours[0], row, self.strides[0]);
        }
        let four = self.fours[row / 4];
        match row % 4 {
            3 => four.wrapping_offset(self.strides[1]),
            rest => row_of(four, rest, self.strides[0]),
        }
    }

    /// To the next column.
    #[inline(always)]
    fn advance(&mut self, stride: isize) {
        for four in &mut self.fours[..R.div_ceil(4)] {
            *four = four.wrapping_offset(stride);
        }
    }

    /// Asks for the lines of as many rows below these: no machine foresees so many short streams by itself.
    #[inline(always)]
    fn prefetch_below(&self) {
        for i in 0..R {
            prefetch(row_of(self.fours[0], R + i, self.strides[0]));
        }
    }
}

/// The scalar products of `R` rows of the left matrix and `C` columns of the right one, all of them without gaps.
#[derive(Debug, Clone, Copy)]
pub struct Dots<T> {
    pub depth: usize,
    pub left: *const T,
    pub left_row: isize,
    pub right: *const T,
    pub right_column: isize,
    pub target: *mut T,
    pub target_row: isize,
}

/// `target[i][j] += left[i] · right[j]`; each [`DEPTH`] vectors of terms are a sum of their own.
///
/// # Safety
/// As [`chain`].
#[inline(always)]
pub unsafe fn dots<V: Vector<Element: Float>, const R: usize, const C: usize>(dots: &Dots<V::Element>) {
    let most = DEPTH * V::LANES;
    let mut part = *dots;
    for first in (0..dots.depth).step_by(most) {
        part.depth = most.min(dots.depth - first);
        // SAFETY: the caller's promise.
        unsafe { dots_chain::<V, R, C>(&part) }
        part.left = part.left.wrapping_add(most);
        part.right = part.right.wrapping_add(most);
    }
}

/// As [`dots`], all vectors one after another.
#[inline(always)]
unsafe fn dots_chain<V: Vector<Element: Float>, const R: usize, const C: usize>(dots: &Dots<V::Element>) {
    let left = |i: usize, p: usize| row_of(dots.left, i, dots.left_row).wrapping_add(p);
    let right = |j: usize, p: usize| row_of(dots.right, j, dots.right_column).wrapping_add(p);
    // SAFETY: the caller's promise; behind the last whole vector only the elements left are read.
    unsafe {
        let zero = V::splat(V::Element::ZERO);
        let mut sums = [[zero; C]; R];
        let whole = dots.depth / V::LANES * V::LANES;
        for p in (0..whole).step_by(V::LANES) {
            let mut columns = [zero; C];
            for (j, column) in columns.iter_mut().enumerate() {
                *column = V::load(right(j, p));
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                let row = V::load(left(i, p));
                for (sum, &column) in sums.iter_mut().zip(&columns) {
                    *sum = row.mul_add(column, *sum);
                }
            }
        }
        if whole < dots.depth {
            // Copied first: loads of a part of a vector are so much code that the sums would not stay in registers.
            let rest = dots.depth - whole;
            let mut parts = (
                [[V::Element::ZERO; MAX_LANES]; R],
                [[V::Element::ZERO; MAX_LANES]; C],
            );
            for (i, part) in parts.0.iter_mut().enumerate() {
                copy_few(left(i, whole), part.as_mut_ptr(), rest);
            }
            for (j, part) in parts.1.iter_mut().enumerate() {
                copy_few(right(j, whole), part.as_mut_ptr(), rest);
            }
            for (sums, row) in sums.iter_mut().zip(&parts.0) {
                let row = V::load(row.as_ptr());
                for (sum, column) in sums.iter_mut().zip(&parts.1) {
                    *sum = row.mul_add(V::load(column.as_ptr()), *sum);
                }
            }
        }
        // Likewise all of them are written before the lanes are added.
        let mut lanes = [[[V::Element::ZERO; MAX_LANES]; C]; R];
        for (lanes, sums) in lanes.iter_mut().zip(&sums) {
            for (lanes, sum) in lanes.iter_mut().zip(sums) {
                sum.store(lanes.as_mut_ptr());
            }
        }
        for (i, lanes) in lanes.iter_mut().enumerate() {
            for (j, lanes) in lanes.iter_mut().enumerate() {
                *dots.target.offset(i as isize * dots.target_row).add(j) += pairs(lanes, V::LANES);
            }
        }
    }
}

/// The sum of the lanes, in pairs.
///
/// # Safety
/// As [`chain`].
#[inline(always)]
pub unsafe fn total<V: Vector<Element: Float>>(vector: V) -> V::Element {
    let mut lanes = [V::Element::ZERO; MAX_LANES];
    // SAFETY: no vector has more lanes.
    unsafe { vector.store(lanes.as_mut_ptr()) }
    pairs(&mut lanes, V::LANES)
}

/// The sum of the first lanes, a power of 2, in pairs.
#[inline(always)]
fn pairs<T: Float>(lanes: &mut [T; MAX_LANES], count: usize) -> T {
    let mut half = count / 2;
    while half > 0 {
        for i in 0..half {
            let other = lanes[i + half];
            lanes[i] += other;
        }
        half /= 2;
    }
    lanes[0]
}

/// A vector of the first `count` elements only, zeros behind them; of all if there are as many.
///
/// # Safety
/// As [`chain`].
#[inline(always)]
pub unsafe fn load_some<V: Vector<Element: Float>>(from: *const V::Element, count: usize) -> V {
    // SAFETY: the caller's promise for the elements; no vector has more than MAX_LANES.
    unsafe {
        if count >= V::LANES {
            return V::load(from);
        }
        let mut lanes = [V::Element::ZERO; MAX_LANES];
        copy_few(from, lanes.as_mut_ptr(), count);
        V::load(lanes.as_ptr())
    }
}

/// Copies `count` elements, fewer than `MAX_LANES`: a call of the C library's copy takes longer than what it copies.
#[inline(always)]
unsafe fn copy_few<T: Copy>(mut from: *const T, mut to: *mut T, count: usize) {
    macro_rules! parts {
        ($($size:literal)*) => {
            $(if count & $size != 0 {
                // SAFETY: the caller's promise: there are `count` elements, and they do not overlap.
                unsafe {
                    write(to.cast::<[T; $size]>(), read(from.cast::<[T; $size]>()));
                    (from, to) = (from.wrapping_add($size), to.wrapping_add($size));
                }
            })*
        };
    }
    parts!(8 4 2);
    if count & 1 != 0 {
        // SAFETY: as above.
        unsafe { write(to, read(from)) }
    }
}
