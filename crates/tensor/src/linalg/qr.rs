use nalgebra::{DMatrix, RealField};

use crate::{Float, Result, Tensor};

use super::scaling::{largest_exponent, times_power_of};
use super::{matrix, tensor};

const NAME: &str = "qr";

/// The thin QR decomposition `A = Q R` by Householder's reflections: of a matrix `[m, n]`, `Q` is `[m, k]` with orthonormal columns, `R` is
/// `[k, n]`, upper triangular with a diagonal that is not negative, and `k = min(m, n)`.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the tensor has rank 2; [`Error::Decomposition`](crate::Error::Decomposition) if it is not
/// finite.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let (q, r) = linalg::qr(&Tensor::from([[3.0_f32, 1.0], [4.0, 2.0]]))?;
/// assert!((q.get([1, 0])? - 0.8).abs() < 1e-6);
/// assert!((r.get([0, 0])? - 5.0).abs() < 1e-6);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn qr<T: Float>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>)> {
    T::qr(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>)> {
    let a = matrix(NAME, a)?;
    if a.is_empty() {
        return Ok((Tensor::zeros([a.nrows(), 0])?, Tensor::zeros([0, a.ncols()])?));
    }
    let exponents: Vec<i32> = { a.column_iter() }
        .map(|column| largest_exponent(column.iter()))
        .collect();
    let scaled = |mut matrix: DMatrix<T>, sign: i32| {
        for (mut column, e) in matrix.column_iter_mut().zip(&exponents) {
            column.apply(|x| *x = times_power_of(*x, sign * e));
        }
        matrix
    };
    // A column that is multiplied has the same reflections, and its column of R is multiplied likewise.
    let decomposition = scaled(a, -1).qr();
    Ok((
        tensor(NAME, decomposition.q())?,
        tensor(NAME, scaled(decomposition.r(), 1))?,
    ))
}
