//! Whether the steps of a formula stay in the range of the type.

use backprop_tensor::{Float, Result, Tensor, kernel, math};

/// Numbers below this are no further from any number than the largest is from 0.
pub(crate) fn far<T: Float>() -> T {
    T::EPSILON / T::MIN_NORMAL
}

/// Whether all of these, which lie in order, hold.
pub(crate) fn all<T: Float>(numbers: &Tensor<T>, holds: impl Fn(T) -> bool) -> bool {
    let numbers = numbers.as_slice();
    numbers.is_some_and(|numbers| numbers.iter().all(|&number| holds(number)))
}

/// What brings numbers whose norm overflows into the range: a power of 2, so that no digit changes.
pub(crate) fn shrink<T: Float>() -> T {
    T::EPSILON
}

/// Whether a product with this has lost no digit, unless it is itself out of range.
pub(crate) fn is_normal<T: Float>(x: T) -> bool {
    T::MIN_NORMAL <= math::abs(x) && math::abs(x) < T::INFINITY
}

/// `g / y * share`, for a share of 2 at most, and 0 where `y` is 0: what a distance from `mean` can be multiplied by. `None` if one of them lost
/// digits, or would lose them from the product, or a distance may be too large.
pub(crate) fn quotients<T: Float>(
    gradient: &Tensor<T>,
    y: &Tensor<T>,
    mean: &Tensor<T>,
    share: T,
) -> Result<Option<Tensor<T>>> {
    let formula = kernel!(|g, y, mean; share, least: T::MIN_NORMAL, infinity: T::INFINITY, far: far::<T>(), nan: T::NAN| {
        let quotient = g / y * share;
        let size = math::abs(quotient);
        let is_usable = ((size >= least && size < infinity) || g == 0.0) && math::abs(mean) < far;
        let quotient = if is_usable { quotient } else { nan };
        if y == 0.0 { 0.0 } else { quotient }
    });
    let quotients = gradient.apply(&formula, &[y, mean])?;
    Ok(all(&quotients, |quotient| !quotient.is_nan()).then_some(quotients))
}
