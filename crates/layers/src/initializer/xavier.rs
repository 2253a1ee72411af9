//! Xavier Glorot's: variance stays on the way forward and back, as far as both can be had at once, in a network that is linear around 0.
//!
//! `Var W = gain² 2 / (fan_in + fan_out)`. Glorot, Bengio, "Understanding the difficulty of training deep feedforward
//! neural networks", 2010.

use backprop_tensor::{Float, Result, Rng, Tensor};

use super::{Fans, random};

pub(super) fn uniform<T: Float>(shape: &[usize], gain: f64, rng: &mut Rng) -> Result<Tensor<T>> {
    random::centered_uniform(shape, std(shape, gain)?, rng)
}

pub(super) fn normal<T: Float>(shape: &[usize], gain: f64, rng: &mut Rng) -> Result<Tensor<T>> {
    random::normal(shape, 0.0, std(shape, gain)?, rng)
}

fn std(shape: &[usize], gain: f64) -> Result<f64> {
    let Fans { fan_in, fan_out } = Fans::of(shape)?;
    Ok(match fan_in + fan_out {
        0.0 => 0.0,
        sum => gain * (2.0 / sum).sqrt(),
    })
}
