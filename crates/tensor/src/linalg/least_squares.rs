use nalgebra::RealField;

use crate::{Float, Numeric, Result, Tensor};

use super::scaling::{largest_exponent, times_power};
use super::{matrix, right_sides, solution, svd};

const NAME: &str = "least_squares";

/// The `X` for which `‖A X - B‖²` is least, and of all these the one for which `‖X‖²` is; `B` is a vector, or a matrix of one right side a
/// column. By the singular value decomposition, in which values below `max(m, n) ε` of the largest count as 0.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) or [`Error::Shapes`](crate::Error::Shapes) if the shapes do not fit;
/// [`Error::Decomposition`](crate::Error::Decomposition) if the tensors are not finite, or the iteration does not converge.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// // The mean is the number nearest to all of these.
/// let mean = linalg::least_squares(&Tensor::from([[1.0_f64], [1.0], [1.0]]), &Tensor::from([1.0, 2.0, 6.0]))?;
/// assert!((mean.item()? - 3.0).abs() < 1e-12);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn least_squares<T: Float>(a: &Tensor<T>, b: &Tensor<T>) -> Result<Tensor<T>> {
    T::least_squares(a, b)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>, b: &Tensor<T>) -> Result<Tensor<T>> {
    let (matrix, sides) = (matrix(NAME, a)?, right_sides(NAME, a, b)?);
    let longest = matrix.nrows().max(matrix.ncols());
    let parts = svd::parts(NAME, &matrix)?;
    let largest = parts.s.iter().copied().fold(0.0, f64::max);
    let least = largest * <T as Float>::EPSILON.to_f64() * longest as f64;
    let taken = largest_exponent(sides.iter());
    let sides = sides.map(|x| times_power(x.to_f64(), -i64::from(taken)));
    let mut x = parts.u.tr_mul(&sides);
    for (mut row, &s) in x.row_iter_mut().zip(parts.s.iter()) {
        row.apply(|x| *x = if s > least { *x / s } else { 0.0 });
    }
    let e = i64::from(taken) - i64::from(parts.exponent);
    let x = parts
        .vt
        .tr_mul(&x)
        .map(|x| <T as Numeric>::from_f64(times_power(x, e)));
    solution(NAME, x, b)
}
