//! The same products by the crate `gemm`, if the feature of that name is on.

use super::Step;
use backprop_tensor::{Element, Tensor};

/// An element type that the rival multiplies, if it is there.
pub trait Rival: Element {
    /// The product of two matrices, again and again into the same memory.
    fn rival(left: &Tensor<Self>, right: &Tensor<Self>, threads: usize) -> Option<Step>;
}

#[cfg(not(feature = "gemm"))]
macro_rules! rivals {
    ($($t:ty),*) => { $(impl Rival for $t {
        fn rival(_: &Tensor<$t>, _: &Tensor<$t>, _: usize) -> Option<Step> {
            None
        }
    })* };
}

#[cfg(feature = "gemm")]
macro_rules! rivals {
    ($($t:ty),*) => { $(impl Rival for $t {
        fn rival(left: &Tensor<$t>, right: &Tensor<$t>, threads: usize) -> Option<Step> {
            let (left, right) = (Operand::of(left)?, Operand::of(right)?);
            let [m, k] = left.shape;
            let n = right.shape[1];
            let mut target: Vec<$t> = vec![0.0; m * n];
            let parallelism = if threads > 1 { gemm::Parallelism::Rayon(threads) } else { gemm::Parallelism::None };
            Some(Box::new(move || {
                // SAFETY: the three matrices have the shapes and strides that are given, and the last has no other user.
                unsafe {
                    gemm::gemm(
                        m, n, k, target.as_mut_ptr(), 1, n as isize, false,
                        left.data.as_ptr(), left.strides[1], left.strides[0],
                        right.data.as_ptr(), right.strides[1], right.strides[0],
                        0.0, 1.0, false, false, false, parallelism,
                    );
                }
                std::hint::black_box(&mut target);
                Ok(())
            }))
        }
    })* };
}
rivals! { f32, f64 }

/// A matrix as it lies in memory.
#[cfg(feature = "gemm")]
struct Operand<T> {
    data: Vec<T>,
    shape: [usize; 2],
    strides: [isize; 2],
}

#[cfg(feature = "gemm")]
impl<T: Element> Operand<T> {
    fn of(matrix: &Tensor<T>) -> Option<Self> {
        let &[rows, columns] = matrix.shape().dims() else {
            return None;
        };
        // A transpose is given as one, as it is to ours.
        let turned = rows > 1 && columns > 1 && matrix.layout().strides()[0] == 1;
        let data = if turned {
            matrix.transpose(0, 1).ok()?.to_vec()
        } else {
            matrix.to_vec()
        };
        let strides = if turned {
            [1, rows as isize]
        } else {
            [columns as isize, 1]
        };
        Some(Self {
            data,
            shape: [rows, columns],
            strides,
        })
    }
}
