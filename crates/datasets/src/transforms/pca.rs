use backprop_tensor::{Error, Float, Rng, Tensor, kernel, linalg, math};
use serde::{Deserialize, Serialize};

use super::{check_fit, remainder, sum_of_samples};
use crate::Result;

const FIT: &str = "Pca::fit";

/// Principal components (Pearson 1901, Hotelling 1933): the directions at right angles in which samples vary the most, the first most of all.
///
/// With the covariance `C = Σ (x - mean)(x - mean)ᵀ / (n - 1)`, the components are the eigenvectors of its largest eigenvalues, which are the
/// variances along them:
///
/// ```text
/// z = (x - mean) Vᵀ        C vᵢ = λᵢ vᵢ,  λ₁ ≥ λ₂ ≥ ...,  V = [v₁ v₂ ...]ᵀ
/// ```
///
/// Each component's element of the largest size is positive. As scikit-learn's `PCA`. It takes about `n d²` operations for `n` samples of `d`
/// features, in f64 whatever the element; for a few components of many features, no full decomposition is made.
///
/// ```
/// use backprop_datasets::Pca;
/// use backprop_tensor::Tensor;
///
/// // Along the diagonal.
/// let x = Tensor::from([[1.0, 1.0], [2.0, 2.0], [6.0, 6.0]]);
/// let pca = Pca::fit(&x, 1)?;
/// let z = pca.transform(&x)?;
/// assert!((z.get([2, 0])? - 3.0 * 2.0_f64.sqrt()).abs() < 1e-12);
/// assert!((pca.explained_variance_ratio()[0] - 1.0).abs() < 1e-12);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Pca<T: Float = f32> {
    mean: Tensor<T>,
    /// What `mean` lost when it was rounded, where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remainder: Option<Tensor<T>>,
    components: Tensor<T>,
    explained_variance: Vec<f64>,
    total_variance: f64,
    /// The shares of variances that f64 may not have; empty if it does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shares: Vec<f64>,
}

impl<T: Float> Pca<T> {
    /// Learns so many components from samples `[n, features]`.
    ///
    /// # Errors
    /// Unless there are two samples at least, and 1 to `min(n, features)` components; if the samples are not finite, or there is no memory.
    pub fn fit(x: &Tensor<T>, components: usize) -> Result<Self> {
        check_fit(FIT, x)?;
        let &[n, features] = x.shape().dims() else {
            return Err(Error::shape(FIT, x.shape(), "needs samples of shape [n, features]").into());
        };
        if n < 2 {
            return Err(Error::shape(FIT, x.shape(), "needs two samples at least: one does not vary").into());
        }
        if !(1..=n.min(features)).contains(&components) {
            let expected = format!(
                "needs 1 to {}: no more than samples, nor than features",
                n.min(features)
            );
            return Err(Error::argument(FIT, "components", components, expected).into());
        }
        let mut scale = 1.0;
        let (mut mean, mut covariance) = moments(x, scale)?;
        let mut total = covariance.diagonal(0)?.sum(..)?.item()?;
        if !(LEAST..1.0 / LEAST).contains(&total) {
            let largest = x.abs()?.max(..)?.item()?.to_f64();
            scale = inverse_power(largest);
            (mean, covariance) = moments(x, scale)?;
            total = covariance.diagonal(0)?.sum(..)?.item()?;
        }
        let (variances, vectors) = leading(&covariance, components)?;
        let unscaled = |variance: f64| variance / scale / scale;
        let shares = match scale == 1.0 {
            true => Vec::new(),
            false => variances.iter().map(|variance| variance / total).collect(),
        };
        let unscale = kernel!(|x; scale| x / scale);
        let mean = mean.into_apply(&unscale, &[])?.cast()?;
        let std = covariance.diagonal(0)?.sqrt()?.into_apply(&unscale, &[])?;
        Ok(Self {
            remainder: remainder(x, &mean, &std)?,
            mean,
            components: turned(&vectors)?.cast()?,
            explained_variance: variances.into_iter().map(unscaled).collect(),
            total_variance: unscaled(total),
            shares,
        })
    }

    /// The mean of the samples, `[features]`, rounded to their type. Where that loses what matters, it is kept as well, as in a [`StandardScaler`](super::StandardScaler).
    pub fn mean(&self) -> &Tensor<T> {
        &self.mean
    }

    /// The components, `[components, features]`, of length 1, that of the largest variance first.
    pub fn components(&self) -> &Tensor<T> {
        &self.components
    }

    /// The variance along each component; infinite or 0 where it is out of the range of f64, which the components and shares need not mind.
    pub fn explained_variance(&self) -> &[f64] {
        &self.explained_variance
    }

    /// The share of the whole variance along each component; NaN if nothing varies.
    pub fn explained_variance_ratio(&self) -> Vec<f64> {
        if !self.shares.is_empty() {
            return self.shares.clone();
        }
        let shares = self.explained_variance.iter();
        shares.map(|variance| variance / self.total_variance).collect()
    }

    /// The coordinates of samples `[n, features]` along the components, `[n, components]`: `(x - mean) Vᵀ`.
    ///
    /// # Errors
    /// If the samples have other features than those it was fitted to, or if there is no memory.
    pub fn transform(&self, x: &Tensor<T>) -> Result<Tensor<T>> {
        if x.rank() != 2 || x.shape()[1] != self.mean.count() {
            let expected = "do not fit: needs samples [n, features] of the features it was fitted to";
            return Err(Error::shapes("Pca::transform", x.shape(), self.mean.shape(), expected).into());
        }
        let axes = self.components.transpose(0, 1)?;
        // Numbers below this are no further from any number than the largest is from 0.
        let far = T::EPSILON / T::MIN_NORMAL;
        let is_near = |mean: &T| math::abs(*mean) < far;
        if self.mean.to_vec().iter().all(is_near) {
            let distance = x.try_sub(&self.mean)?;
            let distance = match &self.remainder {
                None => distance,
                Some(remainder) => distance.try_sub(remainder)?,
            };
            return Ok(distance.matmul(&axes)?);
        }
        // The distances may be too large, a quarter of them is not.
        let quarters = x.apply(&kernel!(|x, mean| 0.25 * x - 0.25 * mean), &[&self.mean])?;
        Ok(quarters.matmul(&axes)?.into_apply(&kernel!(|z| 4.0 * z), &[])?)
    }

    /// The samples `[n, features]` whose coordinates are these, `[n, components]`: `z V + mean`, what is left of samples after
    /// [`transform`](Self::transform).
    ///
    /// # Errors
    /// If there are not as many coordinates as components, or if there is no memory.
    pub fn inverse_transform(&self, z: &Tensor<T>) -> Result<Tensor<T>> {
        if z.rank() != 2 || z.shape()[1] != self.components.shape()[0] {
            let (z, components) = (z.shape(), self.components.shape());
            let expected = "do not fit: needs coordinates [n, components]";
            return Err(Error::shapes("Pca::inverse_transform", z, components, expected).into());
        }
        let distance = z.matmul(&self.components)?;
        let distance = match &self.remainder {
            None => distance,
            Some(remainder) => distance.try_add(remainder)?,
        };
        Ok(distance.try_add(&self.mean)?)
    }
}

/// The least whole variance that is worked with as it is; the greatest is its inverse. What is done with it takes squares again.
const LEAST: f64 = 1e-120;

/// The power of 2 that brings a number to 1 or nearly, as far as it and its inverse are normal numbers; 1 for 0, infinity and NaN.
fn inverse_power(x: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    if x == 0.0 || !x.is_finite() {
        return 1.0;
    }
    let inverse = (1.0 / x).clamp(f64::MIN_POSITIVE, 1.0 / f64::MIN_POSITIVE);
    f64::from_bits(inverse.to_bits() & EXPONENT)
}

/// The mean and the covariance of the samples, multiplied by a power of 2 first.
fn moments<T: Float>(x: &Tensor<T>, scale: f64) -> Result<(Tensor<f64>, Tensor<f64>)> {
    let n = x.shape()[0] as f64;
    let scaled = kernel!(|x; scale| x * scale);
    let sum = match scale == 1.0 {
        true => sum_of_samples(x, Ok)?,
        false => sum_of_samples(x, |x| Ok(x.into_apply(&scaled, &[])?))?,
    };
    let mean = sum.into_apply(&kernel!(|sum; n| sum / n), &[])?;
    let covariance = scatter(x, &mean, scale)?.into_apply(&kernel!(|c; n: n - 1.0| c / n), &[])?;
    Ok((mean, covariance))
}

/// `Σ (x - mean)(x - mean)ᵀ` of the scaled samples, some at a time: as many as there are features, so that the products are most of the work.
fn scatter<T: Float>(x: &Tensor<T>, mean: &Tensor<f64>, scale: f64) -> Result<Tensor<f64>> {
    let (samples, features) = (x.shape()[0], mean.count());
    let step = features.max(1024);
    let mut total = Tensor::zeros([features, features])?;
    for start in (0..samples).step_by(step) {
        let piece = x.slice(0, start..samples.min(start.saturating_add(step)))?;
        let centered = piece.cast::<f64>()?;
        let centered = centered.into_apply(&kernel!(|x, mean; scale| x * scale - mean), &[mean])?;
        total = total.try_add(&centered.transpose(0, 1)?.matmul(&centered)?)?;
    }
    Ok(total)
}

/// Vectors beyond the components wanted, which make the iteration converge faster.
const SPARE: usize = 8;

/// Iterations after which a full decomposition is quicker.
const MOST_ITERATIONS: usize = 300;

/// How far `A v` may be from `λ v`, for `λ₁ = 1`.
const TOLERANCE: f64 = 1e-12;

/// The largest eigenvalues of a symmetric matrix, descending, and their eigenvectors as rows.
fn leading(matrix: &Tensor<f64>, count: usize) -> Result<(Vec<f64>, Tensor<f64>)> {
    if 4 * (count + SPARE) < matrix.shape()[0]
        && let Some(found) = by_iteration(matrix, count)?
    {
        return Ok(found);
    }
    let (values, vectors) = linalg::symmetric_eigen(matrix)?;
    largest(&values, &vectors, count)
}

/// Orthogonal iteration with a Rayleigh-Ritz step (Rutishauser 1969), from random vectors; `None` if it does not converge soon.
fn by_iteration(matrix: &Tensor<f64>, count: usize) -> Result<Option<(Vec<f64>, Tensor<f64>)>> {
    let size = [matrix.shape()[0], count + SPARE];
    let start = Tensor::normal(size, 0.0, 1.0, &mut Rng::seed(0))?;
    let (mut basis, _) = linalg::qr(&start)?;
    for _ in 0..MOST_ITERATIONS {
        let images = matrix.matmul(&basis)?;
        let (values, turn) = linalg::symmetric_eigen(&basis.transpose(0, 1)?.matmul(&images)?)?;
        let (values, turn) = largest(&values, &turn, count)?;
        let vectors = turn.matmul(&basis.transpose(0, 1)?)?;
        let lengths = Tensor::from_slice(&values, [count, 1])?;
        let residual = turn
            .matmul(&images.transpose(0, 1)?)?
            .try_sub(&vectors.try_mul(&lengths)?)?;
        if residual.norm(..)?.item()? <= TOLERANCE * values[0] {
            return Ok(Some((values, vectors)));
        }
        (basis, _) = linalg::qr(&images)?;
    }
    Ok(None)
}

/// The last eigenvalues and eigenvectors of ascending ones, as rows in descending order.
fn largest(values: &Tensor<f64>, vectors: &Tensor<f64>, count: usize) -> Result<(Vec<f64>, Tensor<f64>)> {
    let last = values.count().saturating_sub(count)..;
    // Rounding may leave a variance of 0 below it.
    let values = values
        .slice(0, last.clone())?
        .flip(0)?
        .map(|value| value.max(0.0))?;
    Ok((values.to_vec(), vectors.slice(1, last)?.flip(1)?.transpose(0, 1)?))
}

/// The same vectors, each with its element of the largest size positive.
fn turned(vectors: &Tensor<f64>) -> Result<Tensor<f64>> {
    let place = vectors.abs()?.argmax(1)?.unsqueeze(1)?;
    let sign = vectors
        .gather(1, &place)?
        .map(|x| if x < 0.0 { -1.0 } else { 1.0 })?;
    Ok(vectors.try_mul(&sign)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variances 1/2, 1/4, 1/8 ...: the iteration finds the first three, and does without the full decomposition.
    #[test]
    fn the_iteration_converges_where_variances_fall() {
        let size = 60;
        let diagonal = |i: usize| {
            if i / size == i % size {
                0.5_f64.powi((i % size) as i32 + 1)
            } else {
                0.0
            }
        };
        let matrix = Tensor::from_fn([size, size], diagonal).unwrap();
        let (values, vectors) = by_iteration(&matrix, 3).unwrap().unwrap();
        for (place, value) in values.into_iter().enumerate() {
            assert!((value - 0.5_f64.powi(place as i32 + 1)).abs() < 1e-12);
            assert!((vectors.get([place, place]).unwrap().abs() - 1.0).abs() < 1e-9);
        }
        let flat = Tensor::from_fn([size, size], |i| {
            if i / size == i % size {
                1.0 + (i % size) as f64 * 1e-9
            } else {
                0.0
            }
        });
        // The residual of any vector is small here: so are the differences between the variances.
        assert!(by_iteration(&flat.unwrap(), 3).unwrap().is_none());
    }
}
