use nalgebra::RealField;

use crate::{Float, Result, Tensor};

use super::square;

/// The determinant of a square matrix, by LU decomposition; 1 for an empty one. It is 0 or infinite where the type holds no such number.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the tensor has rank 2; [`Error::Decomposition`](crate::Error::Decomposition) if it is not
/// finite and square.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// assert_eq!(linalg::determinant(&Tensor::from([[0.0_f64, 2.0], [3.0, 4.0]]))?, -6.0);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn determinant<T: Float>(a: &Tensor<T>) -> Result<T> {
    T::determinant(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<T> {
    let a = square("determinant", a)?;
    // Of the special cases that nalgebra has for up to 3 rows, an empty matrix is not one.
    Ok(if a.is_empty() { T::ONE } else { a.determinant() })
}
