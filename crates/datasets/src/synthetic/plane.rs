use backprop_tensor::{Rng, Tensor};

use super::check_deviation;
use crate::{Result, TensorDataset, memory};

/// `n` points of the plane in random order, with Gaussian noise on both coordinates: `point` says where each belongs,
/// and in which class.
pub(super) fn plane(
    operation: &'static str,
    n: usize,
    noise: f64,
    rng: &mut Rng,
    point: impl Fn(usize) -> ([f64; 2], usize),
) -> Result<TensorDataset> {
    check_deviation(operation, "noise", noise)?;
    let mut inputs = memory::vector::<[f32; 2]>(n)?;
    let mut targets = memory::vector(n)?;
    for index in rng.permutation(n)? {
        let (place, class) = point(index);
        inputs.push(place.map(|coordinate| (coordinate + noise * rng.normal()) as f32));
        targets.push(class as i64);
    }
    TensorDataset::new(
        Tensor::from_slice(inputs.as_flattened(), [n, 2])?,
        Tensor::from_slice(&targets, [n])?,
    )
}

/// The `index`-th of `count` numbers from 0 to 1, evenly spaced.
pub(super) fn spaced(index: usize, count: usize) -> f64 {
    index as f64 / count.saturating_sub(1).max(1) as f64
}
