//! Distributions that do not look at the shape.

use backprop_tensor::{Float, Result, Rng, Tensor};

pub(super) fn uniform<T: Float>(shape: &[usize], low: f64, high: f64, rng: &mut Rng) -> Result<Tensor<T>> {
    Tensor::uniform(shape, T::from_f64(low), T::from_f64(high), rng)
}

pub(super) fn normal<T: Float>(shape: &[usize], mean: f64, std: f64, rng: &mut Rng) -> Result<Tensor<T>> {
    Tensor::normal(shape, T::from_f64(mean), T::from_f64(std), rng)
}

pub(super) fn truncated_normal<T: Float>(
    shape: &[usize],
    mean: f64,
    std: f64,
    low: f64,
    high: f64,
    rng: &mut Rng,
) -> Result<Tensor<T>> {
    let [mean, std, low, high] = [mean, std, low, high].map(T::from_f64);
    Tensor::truncated_normal(shape, mean, std, low, high, rng)
}

/// Evenly distributed with mean 0 and this standard deviation: between `±√3` times it.
pub(super) fn centered_uniform<T: Float>(shape: &[usize], std: f64, rng: &mut Rng) -> Result<Tensor<T>> {
    let bound = 3.0_f64.sqrt() * std;
    uniform(shape, -bound, bound, rng)
}
