use std::f64::consts::TAU;

use backprop_tensor::{Error, Rng};

use super::{
    check_finite,
    plane::{plane, spaced},
};
use crate::{Result, TensorDataset};

/// The arms of a spiral: inputs `[n, 2]`, a class for each arm, as many points on each to within one.
///
/// A point at the share t of its way, from 0 to 1, has the radius t and the angle 2&pi; (`turns` t + arm / `arms`).
/// `noise` is the standard deviation of what is added to each coordinate. Two arms of three turns are the benchmark of
/// Lang and Witbrock, "Learning to tell two spirals apart" (1988); with one turn it is much easier.
///
/// # Errors
/// If there are no arms, if `turns` or `noise` is not finite or the noise negative, or if there is no memory for so
/// many.
///
/// ```
/// use backprop_datasets::synthetic::spirals;
/// use backprop_tensor::Rng;
///
/// let data = spirals(300, 3, 1.0, 0.02, &mut Rng::seed(0))?;
/// assert_eq!(data.inputs().shape(), &[300, 2]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn spirals(n: usize, arms: usize, turns: f64, noise: f64, rng: &mut Rng) -> Result<TensorDataset> {
    if arms == 0 {
        return Err(Error::argument("spirals", "arms", arms, "needs at least one").into());
    }
    check_finite("spirals", "turns", turns)?;
    plane("spirals", n, noise, rng, |index| {
        let arm = index % arms;
        let radius = spaced(index / arms, n.div_ceil(arms));
        let (sin, cos) = (TAU * (turns * radius + arm as f64 / arms as f64)).sin_cos();
        ([radius * cos, radius * sin], arm)
    })
}
