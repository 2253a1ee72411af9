use backprop_tensor::{Error, Rng};

use super::by_class;
use crate::Result;

/// Divides `n` samples at random in `k` folds, whose sizes differ by one at most: the fold of each sample.
///
/// # Errors
/// If `k` is less than 2 or more than `n`.
///
/// ```
/// use backprop_datasets::split;
/// use backprop_tensor::Rng;
///
/// let folds = split::k_fold(9, 3, &mut Rng::seed(0))?;
/// assert_eq!(folds.iter().filter(|&&fold| fold == 2).count(), 3);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn k_fold(n: usize, k: usize, rng: &mut Rng) -> Result<Vec<usize>> {
    check("k_fold", n, k)?;
    Ok(deal(rng.permutation(n)?, k))
}

/// Divides samples at random in `k` folds, class by class: the fold of each sample.
///
/// The sizes of the folds differ by one at most, and so do their shares of each class.
///
/// # Errors
/// As [`k_fold`].
pub fn stratified_k_fold(labels: &[i64], k: usize, rng: &mut Rng) -> Result<Vec<usize>> {
    check("stratified_k_fold", labels.len(), k)?;
    Ok(deal(by_class(labels, rng)?, k))
}

/// The samples dealt out like cards, in the order given.
fn deal(order: Vec<usize>, k: usize) -> Vec<usize> {
    let mut folds = vec![0; order.len()];
    for (sample, fold) in order.into_iter().zip((0..k).cycle()) {
        folds[sample] = fold;
    }
    folds
}

fn check(operation: &'static str, n: usize, k: usize) -> Result<()> {
    if (2..=n).contains(&k) {
        return Ok(());
    }
    let expected = match n {
        0 | 1 => "two folds need two samples".to_owned(),
        _ => format!("needs 2 to {n} folds, no more than there are samples"),
    };
    Err(Error::argument(operation, "k", k, expected).into())
}
