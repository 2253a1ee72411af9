//! Vectors as the registers hold them, for the products of matrices: their accumulators must stay in registers over a whole
//! loop, which the compiler doesn't bring about by itself as reliably as it vectorises an elementwise loop.

/// A vector of `LANES` elements.
///
/// # Safety
/// To be called only where the machine has the instructions. Inlined into a function that is compiled for these, each method is
/// one of them.
pub trait Vector: Copy {
    /// The type of a lane.
    type Element: Copy;

    /// The number of lanes, a power of 2.
    const LANES: usize;

    /// `x` in all lanes.
    unsafe fn splat(x: Self::Element) -> Self;

    /// The `LANES` elements from `from` on, which must be readable.
    unsafe fn load(from: *const Self::Element) -> Self;

    /// Writes the lanes to the `LANES` elements from `to` on, which must be writable.
    unsafe fn store(self, to: *mut Self::Element);

    /// `self * factor + term`, rounded once where the machine can do that.
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self;
}

/// For machines without wider vectors, or of which we know none: what the compiler makes of an array.
#[derive(Clone, Copy)]
pub struct Portable<T, const N: usize>([T; N]);

macro_rules! portable {
    ($($t:ty),*) => {
        $(impl<const N: usize> Vector for Portable<$t, N> {
            type Element = $t;
            const LANES: usize = N;

            #[inline(always)]
            unsafe fn splat(x: $t) -> Self {
                Self([x; N])
            }

            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: the caller vouches for N elements; an array needs no more alignment than one of them.
                Self(unsafe { from.cast::<[$t; N]>().read() })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: as above.
                unsafe { to.cast::<[$t; N]>().write(self.0) }
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
        })*
    };
}
portable! { f32, f64 }

#[cfg(target_arch = "x86_64")]
pub use x86::{F32x8, F32x16, F64x4, F64x8};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Vector;

    macro_rules! vector {
        ($($name:ident, $register:ident, $t:ty, $lanes:literal, $splat:ident, $load:ident, $store:ident, $mul_add:ident;)*) => {
            $(
                #[derive(Clone, Copy)]
                pub struct $name($register);

                // SAFETY of all the blocks: the caller vouches for the instructions and the memory, which needs no alignment.
                #[allow(clippy::undocumented_unsafe_blocks)]
                impl Vector for $name {
                    type Element = $t;
                    const LANES: usize = $lanes;

                    #[inline(always)]
                    unsafe fn splat(x: $t) -> Self {
                        Self(unsafe { $splat(x) })
                    }

                    #[inline(always)]
                    unsafe fn load(from: *const $t) -> Self {
                        Self(unsafe { $load(from) })
                    }

                    #[inline(always)]
                    unsafe fn store(self, to: *mut $t) {
                        unsafe { $store(to, self.0) }
                    }

                    #[inline(always)]
                    unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
                        Self(unsafe { $mul_add(self.0, factor.0, term.0) })
                    }
                }
            )*
        };
    }
    vector! {
        F32x8, __m256, f32, 8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_fmadd_ps;
        F64x4, __m256d, f64, 4, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_fmadd_pd;
        F32x16, __m512, f32, 16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps;
        F64x8, __m512d, f64, 8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_fmadd_pd;
    }
}
