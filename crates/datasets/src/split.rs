//! Dividing data in parts: by fractions or in folds, at random, with or without regard to classes.
//!
//! [`TensorDataset`](crate::TensorDataset) has methods for these. The functions here work on numbers of samples and on
//! labels, and give indices, for [`Subset`](crate::Subset)s of any data set.

mod fraction;
mod k_fold;
mod methods;

pub use fraction::{random, stratified};
pub use k_fold::{k_fold, stratified_k_fold};
pub use methods::Folds;

use backprop_tensor::Rng;

use crate::Result;

/// The indices of all samples, those of the smallest label first, each label's in random order.
fn by_class(labels: &[i64], rng: &mut Rng) -> Result<Vec<usize>> {
    let mut order = rng.permutation(labels.len())?;
    order.sort_by_key(|&index| labels[index]);
    Ok(order)
}
