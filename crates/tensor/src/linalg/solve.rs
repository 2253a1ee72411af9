use nalgebra::{DMatrix, RealField};

use crate::{Error, Float, Result, Tensor};

use super::scaling::{self, Balance, Factors, is_moderate, is_plain, largest_exponent};
use super::wide::eliminate;
use super::{failed, is_finite, right_sides, solution, square};

const NAME: &str = "solve";

/// The solution `X` of `A X = B` for a square matrix `A`, by LU decomposition; `B` is a vector, or a matrix of one right side a column.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) or [`Error::Shapes`](crate::Error::Shapes) if the shapes do not fit;
/// [`Error::Decomposition`](crate::Error::Decomposition) if the tensors are not finite, or `A` is not square or singular. Of two rows
/// or columns that are multiples of one another it is; where others depend on each other, rounding may hide it.
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
    let plain = is_plain(matrix.as_slice()) && is_moderate::<T>(largest_exponent(&sides));
    let found = if plain {
        scaling::lu(matrix, true)
    } else {
        Factors::Lost
    };
    let x = match found {
        Factors::Safe(lu) if scaling::is_singular(&lu, || square(NAME, a))? => return Err(singular(NAME)),
        Factors::Safe(lu) => lu.solve(&sides).filter(is_finite),
        Factors::Singular => return Err(singular(NAME)),
        Factors::Lost => None,
    };
    let x = match x {
        Some(x) => x,
        None => of_any_size(NAME, &square(NAME, a)?, sides)?,
    };
    solution(NAME, x, b)
}

/// The solution `X` of `A X = B`.
///
/// # Errors
/// If `A` is singular.
pub(super) fn of_any_size<T: Float + RealField>(
    operation: &'static str,
    a: &DMatrix<T>,
    b: DMatrix<T>,
) -> Result<DMatrix<T>> {
    let balance = Balance::of(a);
    let (matrix, plain) = balance.divide(a);
    match scaling::lu(matrix, plain) {
        Factors::Safe(lu) if scaling::is_singular(&lu, || Ok(a.clone()))? => return Err(singular(operation)),
        Factors::Safe(lu) => {
            if let Some((mut x, taken)) = balance.divide_sides(b.clone())
                && lu.solve_mut(&mut x)
                && is_finite(&x)
            {
                balance.restore(&mut x, taken);
                return Ok(x);
            }
        }
        Factors::Singular => return Err(singular(operation)),
        Factors::Lost => {}
    }
    eliminate(a, &b).1.ok_or_else(|| singular(operation))
}

pub(super) fn singular(operation: &'static str) -> Error {
    failed(operation, "the matrix is singular")
}
