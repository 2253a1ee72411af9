//! Decompositions of matrices, and what is solved by them, on [`nalgebra`]; conversions from and to its types.
//!
//! All functions take a tensor of rank 2, any view of it, and any lengths including 0. Elements that are not finite are an
//! [`Error::Decomposition`], and so is a result that is not.
//!
//! Elements may be as large or small as their type allows: what a decomposition squares or multiplies is brought to a moderate size by
//! powers of two, which changes no digit, and only a result that the type does not hold is lost. Equations whose elements are too far apart
//! even so are solved in numbers of a wider range, up to some hundred times slower.
//!
//! ```
//! use backprop_tensor::{Tensor, linalg};
//!
//! // The line through (0, 1), (1, 3) and (2, 5).
//! let points = Tensor::from([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]);
//! let line = linalg::least_squares(&points, &Tensor::from([1.0, 3.0, 5.0]))?;
//! let expected: Tensor<f64> = Tensor::from([2.0, 1.0]);
//! assert!((&line - &expected).to_vec().iter().all(|x| x.abs() < 1e-12));
//! # Ok::<(), backprop_tensor::Error>(())
//! ```

mod cholesky;
mod conversions;
mod determinant;
mod inverse;
mod least_squares;
mod qr;
mod scaling;
mod solve;
mod svd;
mod symmetric_eigen;
mod wide;

pub use cholesky::cholesky;
pub use determinant::{determinant, slogdet};
pub use inverse::inverse;
pub use least_squares::least_squares;
pub use nalgebra;
pub use qr::qr;
pub use solve::solve;
pub use svd::svd;
pub use symmetric_eigen::symmetric_eigen;

use nalgebra::{DMatrix, DVector, RealField};

use crate::{Error, Float, Result, Tensor};

/// The functions of this module for one element type, compiled here.
#[doc(hidden)]
pub trait Decompose: Sized {
    fn cholesky(a: &Tensor<Self>) -> Result<Tensor<Self>>
    where
        Self: Float;
    fn determinant(a: &Tensor<Self>) -> Result<Self>
    where
        Self: Float;
    fn inverse(a: &Tensor<Self>) -> Result<Tensor<Self>>
    where
        Self: Float;
    fn least_squares(a: &Tensor<Self>, b: &Tensor<Self>) -> Result<Tensor<Self>>
    where
        Self: Float;
    fn qr(a: &Tensor<Self>) -> Result<(Tensor<Self>, Tensor<Self>)>
    where
        Self: Float;
    fn slogdet(a: &Tensor<Self>) -> Result<(Self, Self)>
    where
        Self: Float;
    fn solve(a: &Tensor<Self>, b: &Tensor<Self>) -> Result<Tensor<Self>>
    where
        Self: Float;
    fn svd(a: &Tensor<Self>) -> Result<(Tensor<Self>, Tensor<Self>, Tensor<Self>)>
    where
        Self: Float;
    fn symmetric_eigen(a: &Tensor<Self>) -> Result<(Tensor<Self>, Tensor<Self>)>
    where
        Self: Float;
}

macro_rules! decompose {
    ($($t:ty),*) => {
        $(impl Decompose for $t {
            fn cholesky(a: &Tensor<Self>) -> Result<Tensor<Self>> {
                cholesky::compute(a)
            }

            fn determinant(a: &Tensor<Self>) -> Result<Self> {
                determinant::compute(a)
            }

            fn inverse(a: &Tensor<Self>) -> Result<Tensor<Self>> {
                inverse::compute(a)
            }

            fn least_squares(a: &Tensor<Self>, b: &Tensor<Self>) -> Result<Tensor<Self>> {
                least_squares::compute(a, b)
            }

            fn qr(a: &Tensor<Self>) -> Result<(Tensor<Self>, Tensor<Self>)> {
                qr::compute(a)
            }

            fn slogdet(a: &Tensor<Self>) -> Result<(Self, Self)> {
                determinant::compute_log(a)
            }

            fn solve(a: &Tensor<Self>, b: &Tensor<Self>) -> Result<Tensor<Self>> {
                solve::compute(a, b)
            }

            fn svd(a: &Tensor<Self>) -> Result<(Tensor<Self>, Tensor<Self>, Tensor<Self>)> {
                svd::compute(a)
            }

            fn symmetric_eigen(a: &Tensor<Self>) -> Result<(Tensor<Self>, Tensor<Self>)> {
                symmetric_eigen::compute(a)
            }
        })*
    };
}
decompose! { f32, f64 }

/// A decomposition that failed.
fn failed(operation: &'static str, reason: &'static str) -> Error {
    Error::Decomposition {
        operation,
        reason: reason.into(),
    }
}

/// The matrix of a tensor, all of it finite.
fn matrix<T: Float>(operation: &'static str, x: &Tensor<T>) -> Result<DMatrix<T>> {
    if x.rank() != 2 {
        return Err(Error::shape(operation, x.shape(), "needs a matrix"));
    }
    finite(
        operation,
        DMatrix::try_from(x)?,
        "the matrix has elements that are not finite",
    )
}

/// The matrix of a tensor, square and finite.
fn square<T: Float>(operation: &'static str, x: &Tensor<T>) -> Result<DMatrix<T>> {
    let matrix = matrix(operation, x)?;
    if matrix.is_square() {
        Ok(matrix)
    } else {
        Err(failed(operation, "the matrix is not square"))
    }
}

/// The right sides of equations, a column each, in a matrix; a vector is one of them.
fn right_sides<T: Float>(operation: &'static str, a: &Tensor<T>, b: &Tensor<T>) -> Result<DMatrix<T>> {
    if !matches!(b.rank(), 1 | 2) || b.shape()[0] != a.shape()[0] {
        let expected = "do not fit: the right sides are a vector or a matrix of as many rows";
        return Err(Error::shapes(operation, a.shape(), b.shape(), expected));
    }
    if b.rank() == 1 {
        matrix(operation, &b.unsqueeze(1)?)
    } else {
        matrix(operation, b)
    }
}

/// A matrix of results as a tensor; the only column as a vector, if the right sides `b` were one.
fn solution<T: Float>(operation: &'static str, x: DMatrix<T>, b: &Tensor<T>) -> Result<Tensor<T>> {
    let x = tensor(operation, x)?;
    if b.rank() == 1 { x.squeeze(1) } else { Ok(x) }
}

/// A matrix of results as a tensor.
fn tensor<T: Float>(operation: &'static str, matrix: DMatrix<T>) -> Result<Tensor<T>> {
    Tensor::try_from(finite(
        operation,
        matrix,
        "the elements of the result are too large for their type",
    )?)
}

/// A vector of results as a tensor.
fn vector<T: Float>(operation: &'static str, vector: DVector<T>) -> Result<Tensor<T>> {
    let length = vector.len();
    tensor(
        operation,
        vector.reshape_generic(nalgebra::Dyn(length), nalgebra::Dyn(1)),
    )?
    .squeeze(1)
}

fn finite<T: Float>(operation: &'static str, matrix: DMatrix<T>, reason: &'static str) -> Result<DMatrix<T>> {
    if is_finite(&matrix) {
        return Ok(matrix);
    }
    Err(failed(operation, reason))
}

fn is_finite<T: Float>(matrix: &DMatrix<T>) -> bool {
    matrix.iter().all(|x| x.to_f64().is_finite())
}

/// Iterations after which a method that has not converged will not: those for a value are two or three on average.
fn most_iterations<T: RealField>(matrix: &DMatrix<T>) -> usize {
    1000 + 30 * matrix.nrows().max(matrix.ncols())
}
