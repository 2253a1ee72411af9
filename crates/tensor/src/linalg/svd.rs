use nalgebra::{DMatrix, DVector, RealField, SVD};

use crate::{Float, Result, Tensor};

use super::{failed, matrix, most_iterations, tensor, vector};

const NAME: &str = "svd";

/// The thin singular value decomposition `A = U diag(s) Vᵀ`: of a matrix `[m, n]`, `U` is `[m, k]` and `Vᵀ` is `[k, n]` with orthonormal columns
/// and rows, `s` is `[k]`, descending and not negative, and `k = min(m, n)`. Returns `(U, s, Vᵀ)`.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the tensor has rank 2; [`Error::Decomposition`](crate::Error::Decomposition) if it is not
/// finite, or the iteration does not converge.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let (_, s, _) = linalg::svd(&Tensor::from([[0.0_f32, 2.0], [-3.0, 0.0], [0.0, 0.0]]))?;
/// assert!((s.get([0])? - 3.0).abs() < 1e-6 && (s.get([1])? - 2.0).abs() < 1e-6);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn svd<T: Float>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>, Tensor<T>)> {
    T::svd(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>, Tensor<T>)> {
    let (u, s, vt) = parts(NAME, matrix(NAME, a)?)?;
    Ok((tensor(NAME, u)?, vector(NAME, s)?, tensor(NAME, vt)?))
}

/// The decomposition of a finite matrix.
pub(super) fn parts<T: Float + RealField>(
    operation: &'static str,
    a: DMatrix<T>,
) -> Result<(DMatrix<T>, DVector<T>, DMatrix<T>)> {
    let (rows, columns) = a.shape();
    if a.is_empty() {
        return Ok((
            DMatrix::zeros(rows, 0),
            DVector::zeros(0),
            DMatrix::zeros(0, columns),
        ));
    }
    let iterations = most_iterations(&a);
    let tolerance = <T as Float>::EPSILON * <T as crate::Numeric>::from_f64(5.0);
    let Some(SVD {
        u: Some(u),
        singular_values,
        v_t: Some(vt),
    }) = SVD::try_new_unordered(a, true, true, tolerance, iterations)
    else {
        return Err(failed(operation, "the iteration did not converge"));
    };
    let mut order: Vec<usize> = (0..singular_values.len()).collect();
    order.sort_by(|&i, &j| {
        singular_values[j]
            .to_f64()
            .total_cmp(&singular_values[i].to_f64())
    });
    Ok((
        u.select_columns(&order),
        singular_values.select_rows(&order),
        vt.select_rows(&order),
    ))
}
