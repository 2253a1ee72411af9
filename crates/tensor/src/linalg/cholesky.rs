use nalgebra::{Cholesky, RealField};

use crate::{Float, Result, Tensor};

use super::{failed, square, tensor};

const NAME: &str = "cholesky";

/// The Cholesky decomposition `A = L Lᵀ` of a symmetric positive definite matrix; `L` is lower triangular with a
/// positive diagonal. Only the lower triangle of `A` is read.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the tensor has rank 2; [`Error::Decomposition`](crate::Error::Decomposition) if it is not
/// finite, square and positive definite.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let lower = linalg::cholesky(&Tensor::from([[4.0_f64, 2.0], [2.0, 5.0]]))?;
/// assert_eq!(lower, Tensor::from([[2.0, 0.0], [1.0, 2.0]]));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn cholesky<T: Float>(a: &Tensor<T>) -> Result<Tensor<T>> {
    T::cholesky(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<Tensor<T>> {
    match Cholesky::new(square(NAME, a)?) {
        Some(decomposition) => tensor(NAME, decomposition.unpack()),
        None => Err(failed(NAME, "the matrix is not positive definite")),
    }
}
