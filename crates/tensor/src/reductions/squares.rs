//! Sums of squares that neither overflow nor vanish.

use super::all;
use crate::axes::AxisSet;
use crate::kernels::{MappedSum, Reduction};
use crate::{Float, Result, Tensor, kernel, math};

/// Σ (x - m)² along axes, as `sums · scale²`, where the scales are powers of 2: so they change no digit.
#[derive(Debug, Clone)]
pub struct Squares<T: Float> {
    sums: Tensor<T>,
    /// None if all are 1.
    scale: Option<Tensor<T>>,
}

impl<T: Float> Squares<T> {
    /// Those of the distances from `means`, which have the reduced shape, or from 0. The mean of equal elements is set to what they are, if it was rounded.
    pub(super) fn of(x: &Tensor<T>, axes: &AxisSet, means: Option<&mut Tensor<T>>) -> Result<Self> {
        let none = Tensor::zeros([0])?;
        let sums = x.mapped_sum(axes, MappedSum::Squares, means.as_deref().unwrap_or(&none))?;
        let plain = sums.as_slice().unwrap_or(&[]);
        let centers = means.as_deref().and_then(Tensor::as_slice).unwrap_or(&[]);
        let rounding = rounding::<T>(axes.count(x.shape()));
        let is_rounding = |(&sum, &center): (&T, &T)| may_be_rounding(sum, center, rounding);
        let usable = all(plain, |&sum| in_range(sum)) && !plain.iter().zip(centers).any(is_rounding);
        if x.is_empty() || usable {
            return Ok(Self { sums, scale: None });
        }
        Self::scaled(x, axes, means, sums)
    }

    /// The same by way of distances divided by the power of 2 below the largest of them, where the plain `sums` are out of range.
    fn scaled(
        x: &Tensor<T>,
        axes: &AxisSet,
        means: Option<&mut Tensor<T>>,
        mut sums: Tensor<T>,
    ) -> Result<Self> {
        let largest = x.reduce(axes, Reduction::Maximum)?.to_vec();
        let smallest = x.reduce(axes, Reduction::Minimum)?.to_vec();
        let mut centers = means
            .as_deref()
            .map_or_else(|| vec![T::ZERO; largest.len()], Tensor::to_vec);
        let mut scales = vec![T::ONE; largest.len()];
        for (i, sum) in sums.as_mut_slice()?.iter_mut().enumerate() {
            let (high, low) = (largest[i], smallest[i]);
            // Of infinities and NaN the plain sum says it all.
            if !is_finite(high) || !is_finite(low) {
                continue;
            }
            if means.is_some() && high == low {
                // Equal elements do not vary, whatever the rounding of their mean.
                *sum = T::ZERO;
                centers[i] = high;
                continue;
            }
            if in_range(*sum) {
                continue;
            }
            let distance = |end: T| (end.to_f64() - centers[i].to_f64()).abs();
            scales[i] = power_of_two(distance(high).max(distance(low)));
        }
        if let Some(means) = means {
            *means = Tensor::from_slice(&centers, means.shape())?;
        }
        if scales.iter().all(|&scale| scale == T::ONE) {
            return Ok(Self { sums, scale: None });
        }
        let kept = axes.reduce_keeping(x.shape());
        let scale = Tensor::from_slice(&scales, kept)?;
        let centers = Tensor::from_slice(&centers, kept)?;
        // The factors first: the difference of the numbers themselves may be too large.
        let distance = kernel!(|x, m, scale| x * (1.0 / scale) - m * (1.0 / scale));
        let scaled = x.apply(&distance, &[&centers, &scale])?.mapped_sum(
            axes,
            MappedSum::Squares,
            &Tensor::zeros([0])?,
        )?;
        let scale = scale.reshape(sums.shape())?;
        let choice = kernel!(|plain, scaled, scale| if scale == 1.0 { plain } else { scaled });
        let sums = sums.into_apply(&choice, &[&scaled, &scale])?;
        Ok(Self {
            sums,
            scale: Some(scale),
        })
    }

    /// Whether a mean is further from 0 than so many standard deviations; not of equal elements.
    pub(super) fn are_far(&self, means: &Tensor<T>, count: usize, far: f64) -> bool {
        let (sums, means) = (
            self.sums.as_slice().unwrap_or(&[]),
            means.as_slice().unwrap_or(&[]),
        );
        let scales = self.scale.as_ref().and_then(Tensor::as_slice).unwrap_or(&[]);
        let is_far = |(i, (sum, mean)): (usize, (&T, &T))| {
            let (sum, mean) = (sum.to_f64(), mean.to_f64().abs());
            let scale = scales.get(i).map_or(1.0, |scale| scale.to_f64());
            sum > 0.0 && mean.is_finite() && mean > far * (sum / count.max(1) as f64).sqrt() * scale
        };
        sums.iter().zip(means).enumerate().any(is_far)
    }

    /// Those of the distances from the means, for those from what is less by `remainder`: `Σ (x - m)² = Σ (x - μ)² + n (m - μ)²`.
    pub(super) fn about(self, remainder: &Tensor<T>, count: usize) -> Result<Self> {
        let n = T::from_f64(count as f64);
        let sums = match &self.scale {
            None => {
                let formula = kernel!(|sum, rest; n| math::max(sum - n * rest * rest, 0.0));
                self.sums.into_apply(&formula, &[remainder])?
            }
            Some(scale) => {
                let formula = kernel!(|sum, rest, scale; n| {
                    let rest = rest / scale;
                    math::max(sum - n * rest * rest, 0.0)
                });
                self.sums.into_apply(&formula, &[remainder, scale])?
            }
        };
        Ok(Self { sums, ..self })
    }

    /// The sums, divided by a number: variances.
    pub(super) fn mean(self, count: T) -> Result<Tensor<T>> {
        match self.scale {
            None => self.sums.into_apply(&kernel!(|x; n: count| x / n), &[]),
            Some(scale) => {
                let formula = kernel!(|x, scale; n: count| x / n * scale * scale);
                self.sums.into_apply(&formula, &[&scale])
            }
        }
    }

    /// The square roots of the sums: norms.
    pub(super) fn root(self) -> Result<Tensor<T>> {
        match self.scale {
            None => self.sums.into_apply(&kernel!(|x| math::sqrt(x)), &[]),
            Some(scale) => {
                let formula = kernel!(|x, scale| math::sqrt(x) * scale);
                self.sums.into_apply(&formula, &[&scale])
            }
        }
    }

    /// The square roots of the sums, divided by a number: standard deviations.
    pub(super) fn root_mean(self, count: T) -> Result<Tensor<T>> {
        match self.scale {
            None => {
                let formula = kernel!(|x; n: count| math::sqrt(x / n));
                self.sums.into_apply(&formula, &[])
            }
            Some(scale) => {
                let formula = kernel!(|x, scale; n: count| math::sqrt(x / n) * scale);
                self.sums.into_apply(&formula, &[&scale])
            }
        }
    }
}

/// Whether a sum of squares has all its digits: nothing overflowed, and what vanished is below its rounding.
fn in_range<T: Float>(sum: T) -> bool {
    (T::MIN_NORMAL / T::EPSILON <= sum) & (sum < T::INFINITY)
}

/// How large Σ (x - m)² may be, for m = 1, of `count` numbers that are all 1: their sum has an error of (80 + log2 n) ε at most.
fn rounding<T: Float>(count: usize) -> T {
    let error = 160.0 * T::EPSILON.to_f64();
    T::from_f64(count as f64 * error * error)
}

/// Whether the squares may come of the rounding of the mean alone.
fn may_be_rounding<T: Float>(sum: T, mean: T, rounding: T) -> bool {
    // Divided first: the square may be out of range.
    sum / math::abs(mean) <= rounding * math::abs(mean)
}

fn is_finite<T: Float>(x: T) -> bool {
    math::abs(x) < T::INFINITY
}

/// The power of 2 below a positive number, as far as it and its inverse are normal numbers of the type.
fn power_of_two<T: Float>(x: f64) -> T {
    const EXPONENT: u64 = 0x7ff << 52;
    let least = T::MIN_NORMAL.to_f64();
    let power = f64::from_bits(x.to_bits() & EXPONENT);
    T::from_f64(power.clamp(least, 1.0 / least))
}
