use backprop_tensor::Rng;

use super::plane::plane;
use crate::{Result, TensorDataset};

/// Exclusive or: the corners of the unit square, class 1 where exactly one coordinate is 1. Inputs `[n, 2]`.
///
/// The corners take turns, so that each has as many points to within one; `noise` is the standard deviation of what
/// is added to each coordinate. Four points without noise are the truth table: no line divides its classes, so
/// that it takes a hidden layer (Minsky and Papert, "Perceptrons", 1969).
///
/// # Errors
/// If the noise is negative or not finite, or if there is no memory for so many.
///
/// ```
/// use backprop_datasets::synthetic::xor;
/// use backprop_tensor::Rng;
///
/// for i in 0..4 {
///     let (input, target) = xor(4, 0.0, &mut Rng::seed(0))?.get(i).unwrap();
///     assert_eq!(input.get([0])? != input.get([1])?, target.item()? == 1);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn xor(n: usize, noise: f64, rng: &mut Rng) -> Result<TensorDataset> {
    plane("xor", n, noise, rng, |index| {
        let (x, y) = (index & 1, index >> 1 & 1);
        ([x as f64, y as f64], x ^ y)
    })
}
