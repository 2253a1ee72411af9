//! Kaiming He's: variance stays on the way forward (or back) in a network of ReLUs, each of which halves it.
//!
//! `Var W = gain² / fan`, with a gain of `√2` for ReLU. He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.

use backprop_tensor::{Float, Result, Rng, Tensor};

use super::{Fan, Fans, random};

pub(super) fn uniform<T: Float>(shape: &[usize], gain: f64, fan: Fan, rng: &mut Rng) -> Result<Tensor<T>> {
    random::centered_uniform(shape, std(shape, gain, fan)?, rng)
}

pub(super) fn normal<T: Float>(shape: &[usize], gain: f64, fan: Fan, rng: &mut Rng) -> Result<Tensor<T>> {
    random::normal(shape, 0.0, std(shape, gain, fan)?, rng)
}

fn std(shape: &[usize], gain: f64, fan: Fan) -> Result<f64> {
    Ok(match Fans::of(shape)?.get(fan) {
        0.0 => 0.0,
        fan => gain / fan.sqrt(),
    })
}
