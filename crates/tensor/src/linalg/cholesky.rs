use nalgebra::{Cholesky, DMatrix, RealField};

use crate::{Float, Result, Tensor};

use super::scaling::{is_moderate, largest_exponent, times_power_of};
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
    let mut a = square(NAME, a)?;
    // Half the exponents of the diagonal: divided by these powers of two, row by row and column by column, a positive definite matrix has a
    // diagonal near 1 and nothing larger beside it.
    let diagonal = a.diagonal();
    let halves: Vec<i32> = { diagonal.iter() }
        .map(|x| largest_exponent([x]).div_euclid(2))
        .collect();
    let moderate = halves.iter().all(|&half| is_moderate::<T>(2 * half));
    if !moderate {
        scale_by(&mut a, |row, column| -halves[row] - halves[column]);
    }
    let Some(decomposition) = Cholesky::new(a) else {
        return Err(failed(NAME, "the matrix is not positive definite"));
    };
    let mut lower = decomposition.unpack();
    if !moderate {
        scale_by(&mut lower, |row, _| halves[row]);
    }
    tensor(NAME, lower)
}

/// Multiplies each element by a power of two of its own.
fn scale_by<T: Float + RealField>(matrix: &mut DMatrix<T>, exponent: impl Fn(usize, usize) -> i32) {
    for column in 0..matrix.ncols() {
        for row in 0..matrix.nrows() {
            matrix[(row, column)] = times_power_of(matrix[(row, column)], exponent(row, column));
        }
    }
}
