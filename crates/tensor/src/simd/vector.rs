//! Vectors as the registers hold them, for the products of matrices: their accumulators must stay in registers over a whole
//! loop, which the compiler doesn't bring about by itself as reliably as it vectorizes an elementwise loop.

use super::Work;
use super::unaligned::{read, write};

/// A vector of `LANES` elements.
///
/// # Safety
/// To be called only where the machine has the instructions. Inlined into a function that is compiled for these, each method is
/// one of them.
pub trait Vector: Copy {
    /// The type of a lane.
    type Element: Copy;

    /// One with half the lanes, or the same if the machine has none.
    type Half: Vector<Element = Self::Element>;

    /// The number of lanes, a power of 2.
    const LANES: usize;

    /// Sums that a product keeps in registers. With the operands they fill them: there are 16 up to AVX2, and 32 from AVX-512 on and on 64-bit ARM.
    /// Twelve or more hide the latency of the operation.
    const SUMS: usize;

    /// How many of them lie side by side at most: of tiles with as many sums, those that are nearly square read fewest operands.
    const WIDTH: usize;

    /// Rows of a tile as wide as can be.
    const TILE_ROWS: usize = Self::SUMS / Self::WIDTH;

    /// Columns of a tile as wide as can be.
    const TILE_COLUMNS: usize = Self::WIDTH * Self::LANES;

    /// Runs work that is compiled for the vector's instructions.
    unsafe fn run<W: Work>(work: W) -> W::Output;

    /// `x` in all lanes.
    unsafe fn splat(x: Self::Element) -> Self;

    /// The `LANES` elements from `from` on, which must be readable.
    unsafe fn load(from: *const Self::Element) -> Self;

    /// Writes the lanes to the `LANES` elements from `to` on, which must be writable.
    unsafe fn store(self, to: *mut Self::Element);

    /// `self * factor + term`, rounded once where the machine can do that.
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self;

    /// The side of the squares that [`transpose`](Self::transpose) copies.
    const SIDE: usize;

    /// Writes the rows of a square of elements, which begin `from_row` apart, as columns of rows that begin `to_row` apart.
    unsafe fn transpose(from: *const Self::Element, from_row: isize, to: *mut Self::Element, to_row: isize);
}

/// For machines without wider vectors, or of which we know none: what the compiler makes of an array.
#[derive(Clone, Copy)]
pub struct Portable<T, const N: usize>([T; N]);

macro_rules! portable {
    ($($t:ty),*) => {
        $(impl<const N: usize> Vector for Portable<$t, N> {
            type Element = $t;
            type Half = Self;
            const LANES: usize = N;
            const SUMS: usize = if cfg!(target_arch = "aarch64") { 16 } else { 8 };
            const WIDTH: usize = 2;

            unsafe fn run<W: Work>(work: W) -> W::Output {
                work.run()
            }

            #[inline(always)]
            unsafe fn splat(x: $t) -> Self {
                Self([x; N])
            }

            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: the caller vouches for N elements; an array needs no more alignment than one of them.
                Self(unsafe { read(from.cast::<[$t; N]>()) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: as above.
                unsafe { write(to.cast::<[$t; N]>(), self.0) }
            }

            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, mut term: Self) -> Self {
                for i in 0..N {
                    // Without the instruction, a fused operation would be a call of the C library.
                    term.0[i] = if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
                        self.0[i].mul_add(factor.0[i], term.0[i])
                    } else {
                        self.0[i] * factor.0[i] + term.0[i]
                    };
                }
                term
            }

            const SIDE: usize = 4;

            #[inline(always)]
            unsafe fn transpose(from: *const $t, from_row: isize, to: *mut $t, to_row: isize) {
                for i in 0..4 {
                    for j in 0..4 {
                        // SAFETY: the caller vouches for both squares.
                        unsafe { *to.offset(j * to_row + i) = *from.offset(i * from_row + j) }
                    }
                }
            }
        })*
    };
}
portable! { f32, f64 }

#[cfg(target_arch = "x86_64")]
pub use x86::{F32x8, F32x16, F64x4, F64x8};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::unaligned::{read, row_of, write};
    use super::super::{Work, avx2, avx512};
    use super::Vector;

    macro_rules! vector {
        ($($name:ident, $half:ident, $level:ident, $register:ident, $t:ty, $lanes:literal, $sums:literal, $width:literal, $splat:ident, $mul_add:ident, $side:literal, $transpose:ident;)*) => {
            $(
                #[derive(Clone, Copy)]
                pub struct $name($register);

                // SAFETY of all the blocks: the caller vouches for the instructions and the memory, which needs no alignment.
                #[allow(clippy::undocumented_unsafe_blocks)]
                impl Vector for $name {
                    type Element = $t;
                    type Half = $half;
                    const LANES: usize = $lanes;
                    const SUMS: usize = $sums;
                    const WIDTH: usize = $width;

                    unsafe fn run<W: Work>(work: W) -> W::Output {
                        unsafe { $level(work) }
                    }

                    #[inline(always)]
                    unsafe fn splat(x: $t) -> Self {
                        Self(unsafe { $splat(x) })
                    }

                    #[inline(always)]
                    unsafe fn load(from: *const $t) -> Self {
                        Self(unsafe { read(from.cast::<$register>()) })
                    }

                    #[inline(always)]
                    unsafe fn store(self, to: *mut $t) {
                        unsafe { write(to.cast::<$register>(), self.0) }
                    }

                    #[inline(always)]
                    unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
                        Self(unsafe { $mul_add(self.0, factor.0, term.0) })
                    }

                    const SIDE: usize = $side;

                    #[inline(always)]
                    unsafe fn transpose(from: *const $t, from_row: isize, to: *mut $t, to_row: isize) {
                        unsafe { $transpose(from, from_row, to, to_row) }
                    }
                }
            )*
        };
    }
    vector! {
        F32x8, F32x8, avx2, __m256, f32, 8, 12, 2, _mm256_set1_ps, _mm256_fmadd_ps, 8, transpose_f32;
        F64x4, F64x4, avx2, __m256d, f64, 4, 12, 2, _mm256_set1_pd, _mm256_fmadd_pd, 4, transpose_f64;
        F32x16, F32x8, avx512, __m512, f32, 16, 24, 4, _mm512_set1_ps, _mm512_fmadd_ps, 8, transpose_f32;
        F64x8, F64x4, avx512, __m512d, f64, 8, 24, 4, _mm512_set1_pd, _mm512_fmadd_pd, 4, transpose_f64;
    }

    /// Squares of 8 by 8: the halves of rows 4 apart are loaded into one register, so that nothing has to cross its middle.
    ///
    /// # Safety
    /// As [`Vector::transpose`]: AVX, and both squares.
    #[inline(always)]
    unsafe fn transpose_f32(from: *const f32, from_row: isize, to: *mut f32, to_row: isize) {
        // SAFETY: the caller's promise.
        unsafe {
            // Not a closure, which a debug build would call.
            macro_rules! pair {
                ($row:literal, $column:ident) => {{
                    let at = |row: usize| row_of(from, row, from_row).wrapping_add($column);
                    let (low, high) = (
                        read(at($row).cast::<__m128>()),
                        read(at($row + 4).cast::<__m128>()),
                    );
                    _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(low), high)
                }};
            }
            for half in [0, 4] {
                let [a, b, c, d] = [pair!(0, half), pair!(1, half), pair!(2, half), pair!(3, half)];
                let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
                let (ab_high, cd_high) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
                let columns = [
                    _mm256_shuffle_ps::<0x44>(ab, cd),
                    _mm256_shuffle_ps::<0xEE>(ab, cd),
                    _mm256_shuffle_ps::<0x44>(ab_high, cd_high),
                    _mm256_shuffle_ps::<0xEE>(ab_high, cd_high),
                ];
                for (j, column) in columns.into_iter().enumerate() {
                    write(row_of(to, half + j, to_row).cast_mut().cast::<__m256>(), column);
                }
            }
        }
    }

    /// Squares of 4 by 4, likewise.
    ///
    /// # Safety
    /// As [`Vector::transpose`]: AVX, and both squares.
    #[inline(always)]
    unsafe fn transpose_f64(from: *const f64, from_row: isize, to: *mut f64, to_row: isize) {
        // SAFETY: the caller's promise.
        unsafe {
            macro_rules! pair {
                ($row:literal, $column:ident) => {{
                    let at = |row: usize| row_of(from, row, from_row).wrapping_add($column);
                    let (low, high) = (
                        read(at($row).cast::<__m128d>()),
                        read(at($row + 2).cast::<__m128d>()),
                    );
                    _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(low), high)
                }};
            }
            for half in [0, 2] {
                let (a, b) = (pair!(0, half), pair!(1, half));
                for (j, column) in [_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b)]
                    .into_iter()
                    .enumerate()
                {
                    write(row_of(to, half + j, to_row).cast_mut().cast::<__m256d>(), column);
                }
            }
        }
    }
}
