use backprop_tensor::{Error, Float, Kernel, Tensor, kernel, math};
use serde::{Deserialize, Serialize};

use super::{check_features, check_fit};
use crate::Result;

/// Scales each feature to a range, from 0 to 1 by default: `z = (x - min) / (max - min) * (high - low) + low`.
///
/// Minimum and maximum are learned from the training data, and then applied to that and to all other data, which may
/// lie outside the range. A feature that is constant becomes `low`. As scikit-learn's `MinMaxScaler`, except that NaN
/// is not left out: a feature with one is NaN. Nor is a feature taken for constant because its range is small (there below 10 ε, whatever its size), and
/// none is refused because it is infinite. Where a difference is too large for the type, the result is right all the same.
///
/// ```
/// use backprop_datasets::MinMaxScaler;
/// use backprop_tensor::Tensor;
///
/// let train = Tensor::from([[1.0, 7.0], [5.0, 7.0]]);
/// let scaler = MinMaxScaler::fit(&train)?;
/// assert_eq!(scaler.transform(&train)?, Tensor::from([[0.0, 0.0], [1.0, 0.0]]));
///
/// let test = Tensor::from([[2.0, 8.0]]);
/// let scaled = scaler.transform(&test)?;
/// assert_eq!(scaled, Tensor::from([[0.25, 1.0]]));
/// assert_eq!(scaler.inverse_transform(&scaled)?, test);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Statistics<T>", into = "Statistics<T>", bound = "")]
pub struct MinMaxScaler<T: Float = f32> {
    min: Tensor<T>,
    max: Tensor<T>,
    low: T,
    high: T,
    /// `max - min`, or 1 for a feature that is constant; infinite if it is too large for the type.
    range: Tensor<T>,
    /// Half of the range, which never is.
    half: Tensor<T>,
}

impl<T: Float> MinMaxScaler<T> {
    /// Learns from samples `[n, ...]`: a minimum and a maximum for each element of a sample. The range is 0 to 1.
    ///
    /// # Errors
    /// If there are no samples, or if there is no memory.
    pub fn fit(x: &Tensor<T>) -> Result<Self> {
        check_fit("MinMaxScaler::fit", x)?;
        Self::new(x.min(0)?, x.max(0)?)
    }

    /// A scaler with statistics that are known already. They may be of any shape that broadcasts to the samples.
    ///
    /// # Errors
    /// If they differ in shape, or if there is no memory.
    pub fn new(min: Tensor<T>, max: Tensor<T>) -> Result<Self> {
        if min.shape() != max.shape() {
            let expected = "must be equal: a maximum for each minimum";
            return Err(Error::shapes("MinMaxScaler::new", min.shape(), max.shape(), expected).into());
        }
        let range = max
            .try_sub(&min)?
            .map_into(|range| if range == T::ZERO { T::ONE } else { range })?;
        let half = range.apply(
            &kernel!(|range, min, max; infinity: T::INFINITY| if range == infinity { 0.5 * max - 0.5 * min } else { 0.5 * range }),
            &[&min, &max],
        )?;
        Ok(Self {
            min,
            max,
            low: T::ZERO,
            high: T::ONE,
            range,
            half,
        })
    }

    /// With another range to scale to.
    ///
    /// # Errors
    /// Unless `low < high` and their difference is finite.
    ///
    /// ```
    /// use backprop_datasets::MinMaxScaler;
    /// use backprop_tensor::Tensor;
    ///
    /// let train = Tensor::from([[1.0], [2.0], [3.0]]);
    /// let scaler = MinMaxScaler::fit(&train)?.with_feature_range(-1.0, 1.0)?;
    /// assert_eq!(scaler.transform(&train)?, Tensor::from([[-1.0], [0.0], [1.0]]));
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn with_feature_range(mut self, low: T, high: T) -> Result<Self> {
        let ordered = low < high && (high - low).to_f64().is_finite();
        if !ordered {
            let expected = "needs finite bounds, the lower one first, a finite number apart";
            return Err(
                Error::argument("MinMaxScaler", "range", format!("{low} to {high}"), expected).into(),
            );
        }
        (self.low, self.high) = (low, high);
        Ok(self)
    }

    /// The minimum of each feature.
    pub fn min(&self) -> &Tensor<T> {
        &self.min
    }

    /// The maximum of each feature.
    pub fn max(&self) -> &Tensor<T> {
        &self.max
    }

    /// The range that is scaled to.
    pub fn feature_range(&self) -> (T, T) {
        (self.low, self.high)
    }

    /// `(x - min) / (max - min) * (high - low) + low`.
    ///
    /// # Errors
    /// If the samples have other features than those it was fitted to, or if there is no memory.
    pub fn transform(&self, x: &Tensor<T>) -> Result<Tensor<T>> {
        let formula = kernel!(|x, min, range, half; low: self.low, high: self.high, infinity: T::INFINITY| {
            let distance = x - min;
            let is_far = math::abs(distance) == infinity || range == infinity;
            let distance = if is_far { 0.5 * x - 0.5 * min } else { distance };
            distance / (if is_far { half } else { range }) * (high - low) + low
        });
        self.apply("MinMaxScaler::transform", &formula, x)
    }

    /// The way back: `(z - low) / (high - low) * (max - min) + min`.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn inverse_transform(&self, z: &Tensor<T>) -> Result<Tensor<T>> {
        let formula = kernel!(|z, min, range, half; low: self.low, high: self.high, infinity: T::INFINITY| {
            let share = (z - low) / (high - low);
            let distance = share * range;
            let is_far = math::abs(distance) == infinity || range == infinity;
            let half = share * half;
            if is_far { half + min + half } else { distance + min }
        });
        self.apply("MinMaxScaler::inverse_transform", &formula, z)
    }

    fn apply(&self, operation: &'static str, formula: &Kernel, x: &Tensor<T>) -> Result<Tensor<T>> {
        check_features(operation, x, &self.min)?;
        Ok(x.apply(formula, &[&self.min, &self.range, &self.half])?)
    }
}

/// What is written of a scaler, and checked when it is read.
#[derive(Serialize, Deserialize)]
#[serde(rename = "MinMaxScaler", bound = "")]
struct Statistics<T: Float> {
    min: Tensor<T>,
    max: Tensor<T>,
    low: T,
    high: T,
}

impl<T: Float> From<MinMaxScaler<T>> for Statistics<T> {
    fn from(
        MinMaxScaler {
            min, max, low, high, ..
        }: MinMaxScaler<T>,
    ) -> Self {
        Self { min, max, low, high }
    }
}

impl<T: Float> TryFrom<Statistics<T>> for MinMaxScaler<T> {
    type Error = crate::Error;

    fn try_from(Statistics { min, max, low, high }: Statistics<T>) -> Result<Self> {
        Self::new(min, max)?.with_feature_range(low, high)
    }
}
