use nalgebra::{DMatrix, RealField};

use crate::{Float, Numeric, Result, Tensor};

use super::scaling::{self, Balance, Factors, is_plain};
use super::square;
use super::wide::{Wide, eliminate};

/// The determinant of a square matrix, by LU decomposition; 1 for an empty one. It is 0 or infinite only where the type holds no such
/// number, whatever the sizes of the elements: [`slogdet`] tells its size there.
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

/// The sign of the determinant of a square matrix, and the logarithm of its size: `det A = sign exp(log)`. In range where the determinant
/// itself is not, as that of most matrices of some hundred rows.
///
/// The sign is 1 or -1, and 0 for a singular matrix, whose logarithm is -∞; 1 and 0 for an empty one. As `torch.linalg.slogdet` of one matrix.
///
/// # Errors
/// As [`determinant`].
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let (sign, log) = linalg::slogdet(&Tensor::from([[0.0_f32, 1e30], [1e30, 0.0]]))?;
/// assert_eq!(sign, -1.0);
/// assert!((log - 60.0 * 10_f32.ln()).abs() < 1e-4);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn slogdet<T: Float>(a: &Tensor<T>) -> Result<(T, T)> {
    T::slogdet(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<T> {
    Ok(of_any_size("determinant", a)?.narrow())
}

pub(super) fn compute_log<T: Float + RealField>(a: &Tensor<T>) -> Result<(T, T)> {
    let determinant = of_any_size("slogdet", a)?;
    let narrow = |x| <T as Numeric>::from_f64(x);
    Ok((narrow(determinant.sign()), narrow(determinant.log())))
}

fn of_any_size<T: Float + RealField>(operation: &'static str, a: &Tensor<T>) -> Result<Wide> {
    let whole = square(operation, a)?;
    let count = whole.nrows();
    if count == 0 {
        return Ok(Wide::ONE);
    }
    let plain = is_plain(whole.as_slice());
    // nalgebra has formulas for up to 3 rows, which are exact for small integers.
    if plain && count <= 3 {
        return Ok(Wide::new(whole.determinant().to_f64(), 0));
    }
    let (matrix, plain, taken) = if plain {
        (whole, true, 0)
    } else {
        let balance = Balance::of(&whole);
        let (matrix, plain) = balance.divide(&whole);
        (matrix, plain, balance.sum())
    };
    match scaling::lu(matrix, plain) {
        Factors::Safe(lu) if scaling::is_singular(&lu, || square(operation, a))? => Ok(Wide::ZERO),
        Factors::Safe(lu) => {
            let sign = Wide::new(lu.p().determinant(), taken);
            let pivots = (0..count).map(|i| lu.lu_internal()[(i, i)].to_f64());
            Ok(sign.times(product(pivots)))
        }
        Factors::Singular => Ok(Wide::ZERO),
        Factors::Lost => {
            let whole = square(operation, a)?;
            Ok(eliminate(&whole, &DMatrix::zeros(count, 0)).0)
        }
    }
}

/// The product of numbers, each of a size between the roots of the smallest and of the largest number.
fn product(pivots: impl Iterator<Item = f64>) -> Wide {
    const RANGE: std::ops::Range<f64> = 1e-140..1e140;
    let (mut product, mut part) = (Wide::ONE, 1.0);
    for x in pivots {
        part *= x;
        if !RANGE.contains(&part.abs()) {
            product = product.times(Wide::new(part, 0));
            part = 1.0;
        }
    }
    product.times(Wide::new(part, 0))
}
