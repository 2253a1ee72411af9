use nalgebra::{DMatrix, RealField};

use crate::{Float, Result, Tensor};

use super::scaling::is_plain;
use super::solve::of_any_size;
use super::{failed, square, tensor};

const NAME: &str = "inverse";

/// The inverse of a square matrix, by LU decomposition. To solve equations, [`solve`](super::solve) is faster and more accurate.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the tensor has rank 2; [`Error::Decomposition`](crate::Error::Decomposition) if it is not
/// finite and square, or singular.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let inverse = linalg::inverse(&Tensor::from([[2.0_f64, 0.0], [0.0, 4.0]]))?;
/// assert_eq!(inverse, Tensor::from([[0.5, 0.0], [0.0, 0.25]]));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn inverse<T: Float>(a: &Tensor<T>) -> Result<Tensor<T>> {
    T::inverse(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<Tensor<T>> {
    let matrix = square(NAME, a)?;
    let inverse = if is_plain(matrix.as_slice()) {
        matrix.lu().try_inverse()
    } else {
        of_any_size(&matrix, &DMatrix::identity(matrix.nrows(), matrix.ncols()))
    };
    match inverse {
        Some(inverse) => tensor(NAME, inverse),
        None => Err(failed(NAME, "the matrix is singular")),
    }
}
