use nalgebra::{DMatrix, RealField};

use crate::{Float, Result, Tensor};

use super::scaling::{self, Balance, is_graded, is_moderate, is_plain, largest_exponent};
use super::wide::eliminate;
use super::{failed, is_finite, right_sides, solution, square};

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
    let x = if is_plain(matrix.as_slice()) && is_moderate::<T>(largest_exponent(&sides)) {
        matrix.lu().solve(&sides)
    } else {
        of_any_size(&matrix, &sides)
    };
    match x {
        Some(x) => solution(NAME, x, b),
        None => Err(failed(NAME, "the matrix is singular")),
    }
}

/// The solution `X` of `A X = B`, unless `A` is singular.
pub(super) fn of_any_size<T: Float + RealField>(a: &DMatrix<T>, b: &DMatrix<T>) -> Option<DMatrix<T>> {
    let balance = Balance::of(a);
    match scaling::lu(balance.divide(a.clone())) {
        Some((lu, _)) => {
            if let Some((mut x, taken)) = balance.divide_sides(b.clone())
                && lu.solve_mut(&mut x)
                && is_finite(&x)
            {
                balance.restore(&mut x, taken);
                return Some(x);
            }
        }
        // Nothing can have been lost, so a pivot is 0 indeed.
        None if !is_graded(a) => return None,
        None => {}
    }
    eliminate(a, b).1
}
