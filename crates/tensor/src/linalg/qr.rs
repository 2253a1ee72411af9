use nalgebra::RealField;

use crate::{Float, Result, Tensor};

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
    // Squares of very large or small elements would overflow or vanish; a power of 2 changes no digit.
    let scale = <T as crate::Numeric>::from_f64(power_below(a.camax().to_f64()));
    let decomposition = (a / scale).qr();
    Ok((
        tensor(NAME, decomposition.q())?,
        tensor(NAME, decomposition.r() * scale)?,
    ))
}

/// The largest power of 2 up to `x`; 1 for 0.
fn power_below(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    f64::from_bits(x.to_bits() & f64::INFINITY.to_bits()).max(f64::MIN_POSITIVE)
}
