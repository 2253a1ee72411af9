use nalgebra::{RealField, SymmetricEigen};

use crate::{Float, Result, Tensor};

use super::{failed, most_iterations, square, tensor, vector};

const NAME: &str = "symmetric_eigen";

/// The eigenvalues of a symmetric matrix, ascending, and their eigenvectors, orthonormal, as the columns of `V`: `A V = V diag(λ)`. Only
/// the lower triangle of `A` is read. Returns `(λ, V)`.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the tensor has rank 2; [`Error::Decomposition`](crate::Error::Decomposition) if it is not
/// finite and square, or the iteration does not converge.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let (values, _) = linalg::symmetric_eigen(&Tensor::from([[0.0_f64, 1.0], [1.0, 0.0]]))?;
/// assert!((values.get([0])? + 1.0).abs() < 1e-12 && (values.get([1])? - 1.0).abs() < 1e-12);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn symmetric_eigen<T: Float>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>)> {
    T::symmetric_eigen(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>)> {
    let mut a = square(NAME, a)?;
    if a.is_empty() {
        return Ok((Tensor::zeros([0])?, Tensor::zeros([0, 0])?));
    }
    a.fill_upper_triangle_with_lower_triangle();
    let iterations = most_iterations(&a);
    let Some(decomposition) = SymmetricEigen::try_new(a, <T as Float>::EPSILON, iterations) else {
        return Err(failed(NAME, "the iteration did not converge"));
    };
    let values = decomposition.eigenvalues;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].to_f64().total_cmp(&values[j].to_f64()));
    Ok((
        vector(NAME, values.select_rows(&order))?,
        tensor(NAME, decomposition.eigenvectors.select_columns(&order))?,
    ))
}
