use nalgebra::{DMatrix, RealField};

use crate::{Float, Result, Tensor};

use super::scaling::{self, Factors, is_plain};
use super::solve::{of_any_size, singular};
use super::{is_finite, square, tensor};

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
    let plain = is_plain(matrix.as_slice());
    let found = if plain {
        scaling::lu(matrix, true)
    } else {
        Factors::Lost
    };
    let inverse = match found {
        Factors::Safe(lu) if scaling::is_singular(&lu, || square(NAME, a))? => return Err(singular(NAME)),
        Factors::Safe(lu) => lu.try_inverse().filter(is_finite),
        Factors::Singular => return Err(singular(NAME)),
        Factors::Lost => None,
    };
    let inverse = match inverse {
        Some(inverse) => inverse,
        None => {
            let matrix = square(NAME, a)?;
            let (rows, columns) = matrix.shape();
            of_any_size(NAME, &matrix, DMatrix::identity(rows, columns))?
        }
    };
    tensor(NAME, inverse)
}
