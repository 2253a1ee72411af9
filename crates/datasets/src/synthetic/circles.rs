use std::f64::consts::TAU;

use backprop_tensor::{Error, Rng};

use super::plane::plane;
use crate::{Result, TensorDataset};

/// A circle inside another: inputs `[n, 2]`, two classes of half the points each.
///
/// Class 0 is the circle of radius 1, class 1 the one of radius `factor` (scikit-learn: 0.8); `noise` is the
/// standard deviation of what is added to each coordinate.
///
/// # Errors
/// Unless `0 <= factor < 1`, if the noise is negative or not finite, or if there is no memory for so many.
///
/// ```
/// use backprop_datasets::synthetic::circles;
/// use backprop_tensor::Rng;
///
/// let data = circles(200, 0.5, 0.05, &mut Rng::seed(0))?;
/// assert_eq!(data.inputs().shape(), &[200, 2]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn circles(n: usize, factor: f64, noise: f64, rng: &mut Rng) -> Result<TensorDataset> {
    if !(0.0..1.0).contains(&factor) {
        let expected = "needs to be at least 0 and less than 1, the radius of the outer circle";
        return Err(Error::argument("circles", "factor", factor, expected).into());
    }
    let outer = n / 2;
    plane("circles", n, noise, rng, |index| {
        let (index, count, radius, class) = match index.checked_sub(outer) {
            None => (index, outer, 1.0, 0),
            Some(index) => (index, n - outer, factor, 1),
        };
        let (sin, cos) = (TAU * index as f64 / count as f64).sin_cos();
        ([radius * cos, radius * sin], class)
    })
}
