use nalgebra::RealField;

use crate::{Float, Result, Tensor};

use super::{failed, right_sides, solution, square};

const NAME: &str = "solve";

/// The solution `X` of `A X = B` for a square matrix `A`, by LU decomposition; `B` is a vector, or a matrix of one right side a column.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) or [`Error::Shapes`](crate::Error::Shapes) if the shapes do not fit;
/// [`Error::Decomposition`](crate::Error::Decomposition) if the tensors are not finite, or `A` is not square or singular.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let a = Tensor::from([[0.0_f64, 2.0], [1.0, 1.0]]);
/// assert_eq!(linalg::solve(&a, &Tensor::from([4.0, 5.0]))?, Tensor::from([3.0, 2.0]));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn solve<T: Float>(a: &Tensor<T>, b: &Tensor<T>) -> Result<Tensor<T>> {
    T::solve(a, b)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>, b: &Tensor<T>) -> Result<Tensor<T>> {
    let (matrix, sides) = (square(NAME, a)?, right_sides(NAME, a, b)?);
    // nalgebra's solver counts down from the last row, which an empty matrix does not have.
    if sides.is_empty() {
        return b.contiguous();
    }
    match matrix.lu().solve(&sides) {
        Some(x) => solution(NAME, x, b),
        None => Err(failed(NAME, "the matrix is singular")),
    }
}
