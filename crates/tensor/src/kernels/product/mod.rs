//! Products of matrices.
//!
//! Each element of a product is a sum, whose order of additions and loops are chosen by the shape alone: so the result has the same bits
//! however many threads there are.
//!
//! No sum is a chain of all its terms. Chains of [`DEPTH`] terms begin at zero; up to 16 of their sums are added one after another, and what
//! these come to in pairs ([`long`]). A term goes through no more than 384 + 16 + log2 of the number of terms roundings, the one of the
//! multiplication included; that is the bound of the error, relative to the sum of the magnitudes.
//!
//! # Why not a library
//!
//! The crate `gemm` (0.19, with its feature for AVX-512) multiplies as fast on one thread. On two it is behind where a product takes less than 0.1 ms,
//! because its threads cost more to wake and wait for one another; and it can neither start a sum with a bias, nor finish it with an activation, nor
//! add in chains of bounded length. Side by side, by turns, on two cores of a virtual machine (AMD Zen 5, AVX-512), medians in GFLOP/s of f32;
//! the arithmetic alone would be 256 on one thread and 503 on two (`cargo xtask bench kernels matmul` prints the same for the machine at hand):
//!
//! | rows x columns x terms | 1 thread | `gemm` | 2 threads | `gemm` |
//! | --- | --- | --- | --- | --- |
//! | 32x32x32 | 194 | 191 | 152 | 156 |
//! | 64x64x64 | 228 | 220 | 220 | 211 |
//! | 128x128x128 | 234 | 236 | 334 | 216 |
//! | 256x256x256 | 237 | 240 | 428 | 363 |
//! | 512x512x512 | 237 | 244 | 466 | 472 |
//! | 1024x1024x1024 | 239 | 228 | 457 | 432 |
//! | 2048x2048x2048 | 232 | 217 | 456 | 426 |
//! | 4096x4096x4096 | 235 | 209 | 457 | 414 |
//! | 256x1024x784 | 221 | 216 | 441 | 429 |
//! | 64x256x784 | 211 | 212 | 406 | 303 |
//! | 784x256x64 | 234 | 241 | 449 | 374 |
//! | 12544x64x288 | 236 | 240 | 477 | 462 |
//! | 50176x32x9 | 157 | 149 | 308 | 250 |
//! | 1x256x784 | 53 | 40 | 54 | 31 |
//! | 256x1024x1024 (right one transposed) | 223 | 215 | 445 | 432 |
//! | 1024x1024x256 (left one transposed) | 230 | 228 | 468 | 464 |
//!
//! At the level AVX2 on one thread, 3136x32x9 comes to 122 and 50176x32x9 to 94, of 128 that the arithmetic alone would be.
//! Products of a few rows with a transpose (2 to 16 by 256 by 784) come to 117 to 182, where `gemm` has 22 to 112.
//!
//! Of a batch each product is done by one thread, and several divide the batch, unless it is of a few large ones. In microseconds, on one thread and two,
//! with PyTorch 2.15 (`bmm`):
//!
//! | matrices, rows x columns x terms | 1 thread | `bmm` | 2 threads | `bmm` |
//! | --- | --- | --- | --- | --- |
//! | 64, 8x8x8 | 3.5 | 6.2 | 3.6 | 4.6 |
//! | 1000, 3x3x3 | 31 | 26 | 21 | 26 |
//! | 384, 64x64x64 | 1038 | 2812 | 665 | 1340 |
//! | 384, 128x128x64 (right one transposed) | 4443 | 10823 | 2639 | 5414 |
//! | 384, 128x64x128 | 3538 | 10869 | 1845 | 5501 |
//!
//! Weaker: few rows with few terms and a transpose (8x10x128 has 60, and `gemm` 140), where adding the lanes takes longer than the terms.

mod blocked;
mod long;
mod matrix;
mod panels;
mod row;
mod tile;
mod vectors;

pub use matrix::{Matrix, Target};

use crate::counters::{self, Family};
use crate::parallel;
use crate::simd::unaligned::read;
use crate::simd::{self, Level, Portable, Vector};
use crate::storage::Storage;
use crate::{Float, KernelFunction, Result};

/// Multiplications for which several threads are faster: waking one costs about ten microseconds.
const THRESHOLD: usize = 1 << 20;

/// Multiplications up to which plain loops are done before others have begun.
const TINY: usize = 100;

/// Terms of a sum that are added one after another, from zero on. So many rows of a panel stay in the first-level cache.
const DEPTH: usize = 384;

/// `finish(start + left * right)`.
#[derive(Debug, Clone, Copy)]
pub struct Product<'a, T> {
    pub left: Matrix<'a, T>,
    /// As many rows as the left matrix has columns.
    pub right: Matrix<'a, T>,
    /// What every row of sums starts with; zeros if there is none.
    pub start: Option<&'a [T]>,
    /// Applied to the sums while they are in the cache: a kernel's function of one value and nothing else.
    pub finish: Option<KernelFunction<T>>,
    /// Whether it is a part of what several threads divide already.
    divided: bool,
    /// Whether its matrices come from far, though they are small.
    far: bool,
}

pub trait Multiply: Sized {
    /// Writes the product to `target`, row after row; the only error is [`Error::Memory`](crate::Error::Memory).
    fn multiply(target: &mut [Self], product: &Product<'_, Self>) -> Result<()>;
}

macro_rules! multiply {
    ($($t:ty, $narrow:literal, $middle:ident, $wide:ident;)*) => {
        $(impl Multiply for $t {
            #[inline(never)]
            fn multiply(target: &mut [Self], product: &Product<'_, Self>) -> Result<()> {
                product.count();
                if product.is_tiny() {
                    tiny(target, product);
                    return Ok(());
                }
                #[cfg(target_arch = "x86_64")]
                match simd::level() {
                    Level::Avx512 => return multiply::<simd::$wide>(target, product),
                    Level::Avx2 => return multiply::<simd::$middle>(target, product),
                    Level::Baseline => {}
                }
                multiply::<Portable<$t, $narrow>>(target, product)
            }
        })*
    };
}
multiply! { f32, 4, F32x8, F32x16; f64, 2, F64x4, F64x8; }

fn multiply<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [rows, columns, depth] = product.sizes();
    assert!(target.len() == rows * columns && product.right.shape[0] == depth);
    assert!(product.start.is_none_or(|start| start.len() == columns));
    if target.is_empty() {
        return Ok(());
    }
    if depth > long::DEPTH {
        return long::multiply::<V>(target, product);
    }
    if columns == 1 && rows > 1 {
        return vectors::column::<V>(target, product);
    }
    let [down, across] = product.right.strides;
    if rows == 1 && across == 1 && columns >= V::LANES {
        return row::row::<V>(target, product);
    }
    if rows == 1 && down == 1 && depth >= 2 * V::LANES {
        return row::dots::<V>(target, product);
    }
    if columns < V::LANES && rows >= V::LANES && product.left.strides[0] == 1 && product.start.is_none() {
        return upright::<V>(target, product);
    }
    if rows <= vectors::FEW && down == 1 && depth >= 2 * V::LANES {
        return vectors::dots::<V>(target, product);
    }
    if columns <= V::Half::LANES {
        return blocked::multiply::<V::Half>(target, product);
    }
    blocked::multiply::<V>(target, product)
}

/// A few multiplications.
fn tiny<T: Float>(target: &mut [T], product: &Product<'_, T>) {
    let [rows, columns, depth] = product.sizes();
    assert!(target.len() == rows * columns && product.right.shape[0] == depth);
    for i in 0..rows {
        for j in 0..columns {
            let mut sum = T::ZERO;
            for p in 0..depth {
                // SAFETY: inside of both shapes.
                let (x, y) = unsafe { (read(product.left.at(i, p)), read(product.right.at(p, j))) };
                sum += x * y;
            }
            target[i * columns + j] = sum;
        }
    }
}

/// A result with fewer columns than a vector has lanes, but as many rows, from a left matrix whose columns have no gaps: its transpose,
/// transposed.
fn upright<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [rows, columns, _] = product.sizes();
    let mut transpose = Storage::scratch(rows * columns)?;
    let transposed = Product {
        left: product.right.transposed(),
        right: product.left.transposed(),
        ..*product
    };
    multiply::<V>(transpose.as_mut_slice(), &transposed)?;
    Matrix::row_major(transpose.as_slice(), [columns, rows])
        .transposed()
        .read(target);
    Ok(())
}

/// The size of the fewest even parts no larger than `most`; 1 at least.
#[inline(always)]
fn even(length: usize, most: usize) -> usize {
    if length <= most {
        return length.max(1);
    }
    length.div_ceil(length.div_ceil(most))
}

impl<'a, T> Product<'a, T> {
    /// `left * right`.
    pub fn new(left: Matrix<'a, T>, right: Matrix<'a, T>) -> Self {
        Self {
            left,
            right,
            start: None,
            finish: None,
            divided: false,
            far: false,
        }
    }

    /// The same as one of many: whether several threads divide them, and how many bytes the matrices of the others have.
    pub fn of_batch(self, divided: bool, others: usize) -> Self {
        Self {
            divided,
            far: others > blocked::NEAR,
            ..self
        }
    }

    fn is_tiny(&self) -> bool {
        let [rows, columns, depth] = self.sizes();
        let size = rows.saturating_mul(columns).saturating_mul(depth);
        size <= TINY && columns <= TINY && self.start.is_none() && self.finish.is_none()
    }

    /// Rows and columns of the result, and terms of a sum.
    fn sizes(&self) -> [usize; 3] {
        [self.left.shape[0], self.right.shape[1], self.left.shape[1]]
    }

    /// For the [`counters`].
    fn count(&self) {
        counters::kernel(Family::Product, || {
            let read = self.left.distinct() + self.right.distinct() + self.start.map_or(0, <[T]>::len);
            let [rows, columns, _] = self.sizes();
            [read, rows * columns].map(|elements| elements * size_of::<T>())
        });
        counters::multiplications(|| self.sizes().into_iter().fold(1, usize::saturating_mul));
    }

    /// Whether to use several threads.
    fn parallel(&self) -> bool {
        let [rows, columns, depth] = self.sizes();
        !self.divided
            && rows.saturating_mul(columns).saturating_mul(depth) >= THRESHOLD
            && parallel::workers_at_once() > 1
    }
}
