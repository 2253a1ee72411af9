use backprop_tensor::{Error, Float, Tensor, kernel, math};
use serde::{Deserialize, Serialize};

use super::{check_features, check_fit, remainder, sum_of_samples};
use crate::Result;

/// Centers each feature on 0 and scales it to unit variance: `z = (x - mean) / std`.
///
/// Mean and standard deviation are learned from the training data, and then applied to that and to all other data. The
/// standard deviation is that of the samples themselves (divided by n, not n - 1). A feature that is constant is
/// centered only. As scikit-learn's `StandardScaler`, except that NaN is not left out, nor infinity refused: a feature with one is NaN. A
/// deviation whose square is out of the range of f64 is right here, and 1 there.
///
/// ```
/// use backprop_datasets::StandardScaler;
/// use backprop_tensor::Tensor;
///
/// let train = Tensor::from([[1.0, 7.0], [3.0, 7.0]]);
/// let scaler = StandardScaler::fit(&train)?;
/// assert_eq!(scaler.transform(&train)?, Tensor::from([[-1.0, 0.0], [1.0, 0.0]]));
///
/// let test = Tensor::from([[4.0, 6.0]]);
/// let scaled = scaler.transform(&test)?;
/// assert_eq!(scaled, Tensor::from([[2.0, -1.0]]));
/// assert_eq!(scaler.inverse_transform(&scaled)?, test);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Statistics<T>", into = "Statistics<T>", bound = "")]
pub struct StandardScaler<T: Float = f32> {
    mean: Tensor<T>,
    std: Tensor<T>,
    /// What `mean` lost when it was rounded, where that matters.
    remainder: Option<Tensor<T>>,
}

impl<T: Float> StandardScaler<T> {
    /// Learns from samples `[n, ...]`: a mean and a standard deviation for each element of a sample.
    ///
    /// They are computed in f64, whatever the element, and right wherever they are representable. Where a mean is more than 16 standard deviations
    /// from 0, what it lost when it was rounded to the element's type is kept too, and taken off: of whole numbers around 16,777,216 = 2²⁴,
    /// which in f32 are 1 or 2 apart, not a digit is lost.
    ///
    /// # Errors
    /// If there are no samples, or if there is no memory.
    pub fn fit(x: &Tensor<T>) -> Result<Self> {
        check_fit("StandardScaler::fit", x)?;
        let n = x.shape()[0] as f64;
        let mean = sum_of_samples(x, Ok)?.apply(&kernel!(|sum; n| sum / n), &[])?;
        let square = kernel!(|x, mean| (x - mean) * (x - mean));
        let squares = sum_of_samples(x, |x| Ok(x.into_apply(&square, &[&mean])?))?;
        let (squares, means) = (squares.to_vec(), mean.to_vec());
        let in_range = || {
            squares
                .iter()
                .zip(&means)
                .all(|(&squares, &mean)| holds(squares, mean))
        };
        // Numbers of f32 have squares in f64.
        if size_of::<T>() == size_of::<f64>() && !in_range() && !is_constant_where(x, &squares)? {
            return Self::careful(x)?.with_remainder(x);
        }
        let std: Vec<T> = squares
            .into_iter()
            .zip(means)
            .map(|(squares, mean)| T::from_f64(deviation(squares / n, mean, n)))
            .collect();
        Self::new(mean.cast()?, Tensor::from_slice(&std, mean.shape())?)?.with_remainder(x)
    }

    fn with_remainder(self, x: &Tensor<T>) -> Result<Self> {
        let remainder = remainder(x, &self.mean, &self.std.cast()?)?;
        Ok(Self { remainder, ..self })
    }

    /// The same of numbers whose squares, or whose sum, may be out of range.
    fn careful(x: &Tensor<T>) -> Result<Self> {
        let moments = x.moments(0, 0)?;
        let rounding = T::from_f64(x.shape()[0] as f64) * T::EPSILON;
        let constant =
            kernel!(|std, mean; rounding| if std <= math::abs(mean) * rounding { 1.0 } else { std });
        let std = moments.std.into_apply(&constant, &[&moments.mean])?;
        Self::new(moments.mean, std)
    }

    /// A scaler with statistics that are known already. They may be of any shape that broadcasts to the samples.
    ///
    /// A standard deviation of 0 counts as 1.
    ///
    /// # Errors
    /// If they differ in shape, or if there is no memory.
    ///
    /// ```
    /// use backprop_datasets::StandardScaler;
    /// use backprop_tensor::Tensor;
    ///
    /// let mnist = StandardScaler::new(Tensor::scalar(0.1307), Tensor::scalar(0.3081))?;
    /// let image = mnist.transform(&Tensor::full([1, 28, 28], 0.1307)?)?;
    /// assert_eq!(image, Tensor::zeros([1, 28, 28])?);
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn new(mean: Tensor<T>, std: Tensor<T>) -> Result<Self> {
        if mean.shape() != std.shape() {
            let expected = "must be equal: a standard deviation for each mean";
            return Err(Error::shapes("StandardScaler::new", mean.shape(), std.shape(), expected).into());
        }
        let std = std.map_into(|std| if std == T::ZERO { T::ONE } else { std })?;
        Ok(Self {
            mean,
            std,
            remainder: None,
        })
    }

    /// The means, in the shape of a sample, rounded to its type.
    pub fn mean(&self) -> &Tensor<T> {
        &self.mean
    }

    /// The standard deviations that are divided by: 1 for a feature that is constant.
    pub fn std(&self) -> &Tensor<T> {
        &self.std
    }

    /// `(x - mean) / std`.
    ///
    /// # Errors
    /// If the samples have other features than those it was fitted to, or if there is no memory.
    pub fn transform(&self, x: &Tensor<T>) -> Result<Tensor<T>> {
        check_features("StandardScaler::transform", x, &self.mean)?;
        if let Some(remainder) = &self.remainder {
            return Ok(x.apply(
                &kernel!(|x, mean, remainder, std; infinity: T::INFINITY| {
                    let distance = x - mean;
                    let is_far = math::abs(distance) == infinity;
                    let distance = if is_far { 0.5 * x - 0.5 * mean } else { distance - remainder };
                    distance / (if is_far { 0.5 * std } else { std })
                }),
                &[&self.mean, remainder, &self.std],
            )?);
        }
        Ok(x.apply(
            &kernel!(|x, mean, std; infinity: T::INFINITY| {
                let distance = x - mean;
                let is_far = math::abs(distance) == infinity;
                let distance = if is_far { 0.5 * x - 0.5 * mean } else { distance };
                distance / (if is_far { 0.5 * std } else { std })
            }),
            &[&self.mean, &self.std],
        )?)
    }

    /// The way back: `z * std + mean`.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn inverse_transform(&self, z: &Tensor<T>) -> Result<Tensor<T>> {
        check_features("StandardScaler::inverse_transform", z, &self.mean)?;
        if let Some(remainder) = &self.remainder {
            return Ok(z.apply(
                &kernel!(|z, mean, remainder, std; infinity: T::INFINITY| {
                    let distance = z * std;
                    let half = z * (0.5 * std);
                    if math::abs(distance) == infinity { half + mean + half } else { (distance + remainder) + mean }
                }),
                &[&self.mean, remainder, &self.std],
            )?);
        }
        Ok(z.apply(
            &kernel!(|z, mean, std; infinity: T::INFINITY| {
                let distance = z * std;
                let half = z * (0.5 * std);
                if math::abs(distance) == infinity { half + mean + half } else { distance + mean }
            }),
            &[&self.mean, &self.std],
        )?)
    }
}

/// Whether a sum of squares says how far numbers of this mean are from it.
fn holds(squares: f64, mean: f64) -> bool {
    // Numbers of this size that differ, do so by more than the root of the smallest number.
    const LARGE: f64 = 1e-130;
    let in_range = (f64::MIN_POSITIVE / f64::EPSILON..f64::INFINITY).contains(&squares);
    in_range || (squares == 0.0 && mean.abs() >= LARGE)
}

/// Whether those features do not vary whose squares have vanished, and no others are out of range.
fn is_constant_where<T: Float>(x: &Tensor<T>, squares: &[f64]) -> Result<bool> {
    let (low, high) = (x.min(0)?.to_vec(), x.max(0)?.to_vec());
    let mut features = squares.iter().zip(low.into_iter().zip(high));
    Ok(features.all(|(&squares, (low, high))| low == high || holds(squares, 0.0)))
}

/// The standard deviation for a variance, or 1 if the feature is constant and only rounding makes it vary.
///
/// The variance of `n` equal values is computed as `(n * mean * epsilon)^2` at most.
fn deviation(variance: f64, mean: f64, n: f64) -> f64 {
    let rounding = n * mean * f64::EPSILON;
    if variance <= n * f64::EPSILON * variance + rounding * rounding {
        1.0
    } else {
        variance.sqrt()
    }
}

/// What is written of a scaler, and checked when it is read.
#[derive(Serialize, Deserialize)]
#[serde(rename = "StandardScaler", bound = "")]
struct Statistics<T: Float> {
    mean: Tensor<T>,
    std: Tensor<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remainder: Option<Tensor<T>>,
}

impl<T: Float> From<StandardScaler<T>> for Statistics<T> {
    fn from(scaler: StandardScaler<T>) -> Self {
        Self {
            mean: scaler.mean,
            std: scaler.std,
            remainder: scaler.remainder,
        }
    }
}

impl<T: Float> TryFrom<Statistics<T>> for StandardScaler<T> {
    type Error = crate::Error;

    fn try_from(statistics: Statistics<T>) -> Result<Self> {
        let Statistics { mean, std, remainder } = statistics;
        if let Some(remainder) = &remainder
            && remainder.shape() != mean.shape()
        {
            let expected = "must be equal: a remainder for each mean";
            return Err(Error::shapes("StandardScaler", mean.shape(), remainder.shape(), expected).into());
        }
        Ok(Self {
            remainder,
            ..Self::new(mean, std)?
        })
    }
}
