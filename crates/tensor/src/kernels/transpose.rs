//! Copying planes whose rows are columns of the source: squares in registers, and large planes in blocks that are read and written by
//! whole lines of the cache.
//!
//! Rows that begin a power of two apart share a set of the first-level cache, which holds about ten of them. So a block of the target is
//! put together in memory of its own, where its rows follow one another, and then written row by row.

use std::marker::PhantomData;
use std::ops::Range;

use crate::simd::{self, Portable, Vector, Work};

use super::copy::copy_run;
use super::walk::Walk;

/// Bytes of a plane up to which it is written without a block between.
const DIRECT: usize = 3 << 14;

/// Rows or columns up to which that is so whatever the size: their lines of the cache have room.
const NARROW: usize = 16;

/// As [`NARROW`], the bytes from row to row of the target: as many rows as a block has do not get in each other's way.
const NEAR: usize = 256;

/// Rows of a block, which are columns of the source: as many as a few lines of the cache hold.
pub(super) const ROWS: usize = 64;

/// Bytes of a block's row.
const ROW: usize = 512;

/// Copies planes.
pub(super) fn turn<T: Turn>(target: &mut [T], source: &[T], planes: &Planes) {
    let Planes { outer, plane } = planes;
    let mut each = |block: &mut [T]| {
        outer.each(|to, from| T::turn(&mut target[to..], source, from, plane, block));
    };
    let small = plane.rows * plane.columns * size_of::<T>() <= DIRECT;
    if small || plane.rows.min(plane.columns) <= NARROW || plane.row * size_of::<T>() <= NEAR {
        each(&mut []);
    } else {
        each(T::block().as_mut());
    }
}

/// Elements that begin with a line of the cache, so that no vector of them lies in two.
#[derive(Debug)]
#[repr(align(64))]
pub struct Lines<A>(A);

impl<T, const N: usize> AsMut<[T]> for Lines<[T; N]> {
    fn as_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// What can be copied so: all the element types.
pub trait Turn: Copy + Default + Send + Sync + 'static {
    /// Memory for a block.
    type Block: AsMut<[Self]>;

    /// A block.
    fn block() -> Self::Block;

    /// Copies a plane that begins at `from` in the source to the beginning of the target, by way of the block if it has room.
    fn turn(target: &mut [Self], source: &[Self], from: usize, plane: &Plane, block: &mut [Self]);
}

macro_rules! turn {
    ($($t:ty, $bits:ty, $vector:ident;)*) => { $(
        impl Turn for $t {
            type Block = Lines<[Self; ROWS * ROW / size_of::<Self>()]>;

            fn block() -> Self::Block {
                Lines([Self::default(); ROWS * ROW / size_of::<Self>()])
            }

            #[inline(never)]
            fn turn(target: &mut [Self], source: &[Self], from: usize, plane: &Plane, block: &mut [Self]) {
                let from = from as isize;
                #[cfg(target_arch = "x86_64")]
                if simd::level() >= simd::Level::Avx2 {
                    type Wide = simd::$vector;
                    let vector = PhantomData::<Wide>;
                    let work = Squares { target, source, from, plane, block, vector };
                    // SAFETY: the machine has the level in use.
                    return unsafe { Wide::run(work) };
                }
                let vector = PhantomData::<Portable<$bits, 4>>;
                Squares { target, source, from, plane, block, vector }.run();
            }
        }
    )* };
}
// Those of one byte have no squares.
turn! {
    f32, f32, F32x8; i32, f32, F32x8; f64, f64, F64x4; i64, f64, F64x4;
    u8, f32, F32x8; bool, f32, F32x8;
}

/// Planes of one form, one after another along other axes.
#[derive(Debug)]
pub(super) struct Planes {
    outer: Walk<2>,
    plane: Plane,
}

/// Rows and columns of the target, whose columns are rows of the source.
#[derive(Debug, Clone, Copy)]
pub struct Plane {
    rows: usize,
    columns: usize,
    /// The distance of rows in the target.
    row: usize,
    /// The distance of columns in the source.
    column: isize,
    /// Whether blocks are written past the caches.
    streamed: bool,
}

impl Planes {
    /// Those of a walk over target and source whose last axis is a row of the target, written past the caches if they are `streamed`; none if
    /// the source has no rows.
    pub(super) fn find(walk: &Walk<2>, streamed: bool) -> Option<Self> {
        let inner = walk.rank - 1;
        let near = (0..inner).find(|&axis| walk.strides[axis][1] == 1 && walk.strides[axis][0] > 0)?;
        let plane = Plane {
            rows: walk.lengths[near],
            columns: walk.lengths[inner],
            row: walk.strides[near][0] as usize,
            column: walk.strides[inner][1],
            streamed,
        };
        let mut outer = *walk;
        outer.remove(inner);
        outer.remove(near);
        Some(Self { outer, plane })
    }
}

/// The copy of a plane, with squares of `V`'s elements if they are as large.
struct Squares<'a, V, T> {
    target: &'a mut [T],
    source: &'a [T],
    from: isize,
    plane: &'a Plane,
    block: &'a mut [T],
    vector: PhantomData<V>,
}

impl<V: Vector, T: Copy> Work for Squares<'_, V, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            target,
            source,
            from,
            plane,
            block,
            ..
        } = self;
        if block.is_empty() {
            for row in (0..plane.rows).step_by(ROWS) {
                let part = Plane {
                    rows: ROWS.min(plane.rows - row),
                    ..*plane
                };
                part.turn::<V, T>(&mut target[row * plane.row..], source, from + row as isize);
            }
            return;
        }
        let width = ROW / size_of::<T>();
        for column in (0..plane.columns).step_by(width) {
            for row in (0..plane.rows).step_by(ROWS) {
                let part = Plane {
                    rows: ROWS.min(plane.rows - row),
                    columns: width.min(plane.columns - column),
                    row: width,
                    ..*plane
                };
                let from = from + row as isize + column as isize * plane.column;
                part.turn::<V, T>(block, source, from);
                for (i, line) in block.chunks_exact(width).take(part.rows).enumerate() {
                    let to = (row + i) * plane.row + column;
                    let to = &mut target[to..to + part.columns];
                    if !(plane.streamed && stream(to, &line[..part.columns])) {
                        to.copy_from_slice(&line[..part.columns]);
                    }
                }
            }
        }
        if plane.streamed {
            fence();
        }
    }
}

/// Copies elements without asking the caches, if the machine can do that with these.
#[inline(always)]
fn stream<T: Copy>(to: &mut [T], from: &[T]) -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};

        let bytes = size_of_val(to);
        if to.len() != from.len() || !bytes.is_multiple_of(16) || !to.as_ptr().addr().is_multiple_of(16) {
            return false;
        }
        let (to, from) = (to.as_mut_ptr().cast::<__m128i>(), from.as_ptr().cast::<__m128i>());
        for i in 0..bytes / 16 {
            // SAFETY: every x86-64 machine has the instructions; both slices have as many bytes, and `to` is aligned as the second one
            // needs. `fence` follows before another thread learns that the copy is done.
            unsafe { _mm_stream_si128(to.wrapping_add(i), _mm_loadu_si128(from.wrapping_add(i))) };
        }
        true
    }
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Has what was streamed arrive before what is written later.
fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 machine has the instruction.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

impl Plane {
    /// Copies the plane, which begins at `from` in the source, to the beginning of the target.
    #[inline(always)]
    fn turn<V: Vector, T: Copy>(&self, target: &mut [T], source: &[T], from: isize) {
        let side = if size_of::<T>() == size_of::<V::Element>() {
            V::SIDE
        } else {
            // No row has as many squares.
            usize::MAX
        };
        let (rows, columns) = (self.rows / side * side, self.columns / side * side);
        self.squares::<V, T>(target, source, from, rows, columns);
        self.edge(target, source, from, 0..rows, columns..self.columns);
        self.edge(target, source, from, rows..self.rows, 0..self.columns);
    }

    /// So many rows and columns, both multiples of the side of a square of `V`, whose elements are as large as `T`.
    #[inline(always)]
    fn squares<V: Vector, T: Copy>(
        &self,
        target: &mut [T],
        source: &[T],
        from: isize,
        rows: usize,
        columns: usize,
    ) {
        if rows == 0 || columns == 0 {
            return;
        }
        let last_column = from + (columns as isize - 1) * self.column;
        assert!(from.min(last_column) >= 0 && from.max(last_column) as usize + rows <= source.len());
        assert!((rows - 1) * self.row + columns <= target.len());
        for column in (0..columns).step_by(V::SIDE) {
            let first = source
                .as_ptr()
                .wrapping_offset(from + column as isize * self.column);
            for row in (0..rows).step_by(V::SIDE) {
                let to = target.as_mut_ptr().wrapping_add(row * self.row + column);
                // SAFETY: the level in use has the vector's instructions; the corners of all the squares lie inside the slices, as was
                // asserted; elements are moved whole, whatever their type.
                unsafe {
                    V::transpose(
                        first.wrapping_add(row).cast(),
                        self.column,
                        to.cast(),
                        self.row as isize,
                    );
                }
            }
        }
    }

    /// What squares do not cover, along the longer side.
    #[inline(always)]
    fn edge<T: Copy>(
        &self,
        target: &mut [T],
        source: &[T],
        from: isize,
        rows: Range<usize>,
        columns: Range<usize>,
    ) {
        let place =
            |row: usize, column: usize| (from + row as isize + column as isize * self.column) as usize;
        if rows.len() < columns.len() {
            for row in rows {
                let to = row * self.row;
                let run = &mut target[to + columns.start..to + columns.end];
                copy_run(run, source, place(row, columns.start), self.column);
            }
        } else if !rows.is_empty() {
            for column in columns {
                let from = place(rows.start, column);
                let lines = target[rows.start * self.row..].chunks_mut(self.row);
                for (line, &x) in lines.zip(&source[from..from + rows.len()]) {
                    line[column] = x;
                }
            }
        }
    }
}
