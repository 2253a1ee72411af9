//! Yann LeCun's: variance stays on the way forward in a network that is linear around 0, and in one of SELUs.
//!
//! `Var W = 1 / fan_in`, and the normal one is not truncated. LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998.

use backprop_tensor::{Float, Result, Rng, Tensor};

use super::{Fan, kaiming};

pub(super) fn uniform<T: Float>(shape: &[usize], rng: &mut Rng) -> Result<Tensor<T>> {
    kaiming::uniform(shape, 1.0, Fan::In, rng)
}

pub(super) fn normal<T: Float>(shape: &[usize], rng: &mut Rng) -> Result<Tensor<T>> {
    kaiming::normal(shape, 1.0, Fan::In, rng)
}
