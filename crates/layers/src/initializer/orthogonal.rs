//! Orthogonal matrices: they keep the length of every signal.
//!
//! `W Wᵀ = gain² I` or `Wᵀ W = gain² I`, whichever is smaller, evenly distributed over all such matrices (by Haar's measure): the Q of
//! a matrix of normally distributed numbers, with signs such that the diagonal of R is positive. Axes beyond the first are taken as
//! one. Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
//! 2014; Mezzadri, "How to generate random matrices from the classical compact groups", 2007.

use backprop_tensor::{Float, Result, Rng, Tensor};

use super::Fans;

pub(super) fn orthogonal<T: Float>(shape: &[usize], gain: f64, rng: &mut Rng) -> Result<Tensor<T>> {
    todo!()
}
