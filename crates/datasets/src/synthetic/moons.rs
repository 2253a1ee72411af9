use std::f64::consts::PI;

use backprop_tensor::Rng;

use super::plane::{plane, spaced};
use crate::{Result, TensorDataset};

/// Two half circles that reach into each other: inputs `[n, 2]`, two classes of half the points each.
///
/// Class 0 is the upper half of the unit circle, (cos &phi;, sin &phi;); class 1 the lower half of one around (1, 1/2).
/// `noise` is the standard deviation of what is added to each coordinate: 0.1 leaves the classes apart, 0.3 mixes them.
///
/// # Errors
/// If the noise is negative or not finite, or if there is no memory for so many.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_tensor::Rng;
///
/// let data = moons(200, 0.1, &mut Rng::seed(0))?;
/// assert_eq!(data.inputs().shape(), &[200, 2]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn moons(n: usize, noise: f64, rng: &mut Rng) -> Result<TensorDataset> {
    let upper = n / 2;
    plane("moons", n, noise, rng, |index| match index.checked_sub(upper) {
        None => {
            let (sin, cos) = (PI * spaced(index, upper)).sin_cos();
            ([cos, sin], 0)
        }
        Some(index) => {
            let (sin, cos) = (PI * spaced(index, n - upper)).sin_cos();
            ([1.0 - cos, 0.5 - sin], 1)
        }
    })
}
