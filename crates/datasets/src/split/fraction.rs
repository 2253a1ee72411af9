use backprop_tensor::{Error, Rng};

use super::by_class;
use crate::Result;

/// Divides `n` samples at random: the indices of about `fraction * n` of them, and those of the rest.
///
/// The number is rounded to the nearest; either part gets one sample at least.
///
/// # Errors
/// If the fraction is not between 0 and 1, both excluded, or if there are fewer than two samples.
///
/// ```
/// use backprop_datasets::split;
/// use backprop_tensor::Rng;
///
/// let (train, test) = split::random(10, 0.8, &mut Rng::seed(0))?;
/// assert_eq!((train.len(), test.len()), (8, 2));
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn random(n: usize, fraction: f64, rng: &mut Rng) -> Result<(Vec<usize>, Vec<usize>)> {
    let first = share("split", n, fraction)?;
    let mut order = rng.permutation(n)?;
    let rest = order.split_off(first);
    Ok((order, rest))
}

/// Divides samples at random, class by class: of each class's n<sub>c</sub> samples, the first part gets
/// `fraction` * n<sub>c</sub>, rounded up or down. Its size is that of [`random`].
///
/// Up are rounded the classes that lose most otherwise (the method of the largest remainder), at random among equals.
/// Both parts are in random order.
///
/// # Errors
/// As [`random`].
///
/// ```
/// use backprop_datasets::split;
/// use backprop_tensor::Rng;
///
/// let labels = [0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
/// let (first, _) = split::stratified(&labels, 0.5, &mut Rng::seed(0))?;
/// assert_eq!(first.iter().filter(|&&index| labels[index] == 1).count(), 1);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn stratified(labels: &[i64], fraction: f64, rng: &mut Rng) -> Result<(Vec<usize>, Vec<usize>)> {
    let total = share("stratified_split", labels.len(), fraction)?;
    let order = by_class(labels, rng)?;
    let classes: Vec<&[usize]> = order.chunk_by(|&a, &b| labels[a] == labels[b]).collect();
    let shares = shares(&classes, total, fraction, rng);

    let (mut first, mut rest) = (
        Vec::with_capacity(total),
        Vec::with_capacity(labels.len() - total),
    );
    for (class, share) in classes.into_iter().zip(shares) {
        let (chosen, others) = class.split_at(share);
        first.extend_from_slice(chosen);
        rest.extend_from_slice(others);
    }
    rng.shuffle(&mut first);
    rng.shuffle(&mut rest);
    Ok((first, rest))
}

/// How many samples of each class make `total` together, none further than one from `fraction` of its class.
fn shares(classes: &[&[usize]], total: usize, fraction: f64, rng: &mut Rng) -> Vec<usize> {
    let exact = |class: &&[usize]| fraction * class.len() as f64;
    let mut shares: Vec<_> = classes.iter().map(|class| exact(class) as usize).collect();
    let mut order: Vec<_> = (0..classes.len()).collect();
    rng.shuffle(&mut order);
    let lost = |&class: &usize| exact(&classes[class]).fract();
    order.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    let missing = total.saturating_sub(shares.iter().sum());
    for class in order.into_iter().take(missing) {
        shares[class] += 1;
    }
    shares
}

/// `fraction` of `n` samples, rounded, so that neither part is empty.
fn share(operation: &'static str, n: usize, fraction: f64) -> Result<usize> {
    let inside = fraction > 0.0 && fraction < 1.0;
    if !inside {
        let expected = "needs a number between 0 and 1, both excluded";
        return Err(Error::argument(operation, "fraction", fraction, expected).into());
    }
    if n < 2 {
        return Err(Error::argument(operation, "samples", n, "two parts need two samples").into());
    }
    Ok(((fraction * n as f64).round() as usize).clamp(1, n - 1))
}
