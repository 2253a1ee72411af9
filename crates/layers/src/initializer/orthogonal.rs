//! Orthogonal matrices: they keep the length of every signal.
//!
//! `W Wᵀ = gain² I` or `Wᵀ W = gain² I`, whichever is smaller, evenly distributed over all such matrices (by Haar's measure): the Q of
//! a matrix of normally distributed numbers, with signs such that the diagonal of R is positive. Axes beyond the first are taken as
//! one. Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
//! 2014; Mezzadri, "How to generate random matrices from the classical compact groups", 2007.

use backprop_tensor::{Float, Result, Rng, Tensor, linalg};

use super::Fans;

pub(super) fn orthogonal<T: Float>(shape: &[usize], gain: f64, rng: &mut Rng) -> Result<Tensor<T>> {
    // It has the axes that a matrix needs, and a countable size.
    Fans::of(shape)?;
    let (rows, columns) = (shape[0], shape[1..].iter().product());
    let random = Tensor::normal([rows.max(columns), rows.min(columns)], T::ZERO, T::ONE, rng)?;
    let (q, _) = linalg::qr(&random)?;
    let q = if rows < columns { q.transpose(0, 1)? } else { q };
    q.try_mul(&Tensor::scalar(T::from_f64(gain)))?.reshape(shape)
}
