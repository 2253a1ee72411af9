//! The derivative in variables.

use backprop_tensor::{Float, Tensor, keep};

use super::{SavedCrossEntropy, Weighted, classes_of};
use crate::ops::activation::gradient_of_scores;
use crate::{Differential, Var};

impl<T: Float> SavedCrossEntropy<T> {
    /// That of `-Σ w_c q_nc log softmax(x_n)_c`: of the log softmax, from `-w_c q_nc`.
    pub(super) fn differentiate(&self, at: &Differential<T>) -> crate::Result<()> {
        let [logits] = at.operands()?;
        if self.divisor == T::ZERO {
            return at.add(0, logits.constant(Tensor::zeros(logits.shape())?));
        }
        let weights = match &self.weighted {
            Weighted::Sparse(sparse) => sparse.dense(classes_of(&logits.value).unwrap_or(0))?,
            Weighted::Dense(weighted) => weighted.clone(),
        };
        // A sample without weight does not count, whatever its logits.
        let counts = weights.not_equal(&Tensor::scalar(T::ZERO))?.any(keep(1))?;
        let [there, back] = orders(logits.rank());
        let moved = logits.permute(there);
        let scores = moved
            .reshape(weights.shape())
            .masked_fill(&counts.not()?, T::ZERO);
        let mut share = at.gradient() / -self.divisor;
        if share.rank() > 0 {
            share = share.reshape(counts.shape());
        }
        let slope: Var<T> = gradient_of_scores(&scores, &(share * logits.constant(weights)), 1)?;
        at.add(0, slope.reshape(moved.shape()).permute(back))
    }
}

/// The order of axes that has the classes last, and the one that brings them back.
fn orders(rank: usize) -> [Vec<isize>; 2] {
    let rank = rank as isize;
    match rank {
        0 | 1 => [(0..rank).collect(), (0..rank).collect()],
        _ => [
            [0].into_iter().chain(2..rank).chain([1]).collect(),
            [0, rank - 1].into_iter().chain(1..rank - 1).collect(),
        ],
    }
}
