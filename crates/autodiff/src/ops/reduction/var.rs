use backprop_tensor::{Axes, AxisSet, Float, Result, Shape, Tensor, kernel, math};

use crate::ops::range;
use crate::ops::spread::{spread, spread_var};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The variance over axes of `n` elements with mean `m`: `y = Σ (x_i - m)^2 / (n - c)`, `dy/dx_i = 2 (x_i - m) / (n - c)`.
///
/// The correction `c` is 1 for an estimate from a sample (Bessel), 0 for the variance of the elements themselves. With `n <= c`, there is nothing
/// to divide by, and value and gradient are NaN (in PyTorch infinite where several elements differ, else NaN).
#[derive(Debug, Clone, Copy)]
pub struct Variance {
    /// The axes.
    pub axes: AxisSet,
    /// What is taken off the number of elements.
    pub correction: usize,
}

impl<T: Float> Op<T> for Variance {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.var(self.axes, self.correction)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let shape = *x.shape();
        let mean = self.mean(&x, &y)?;
        let deviation = |y: T| math::sqrt(y);
        let (x, mean) = about_mean(x, mean, &y, deviation, self.axes)?;
        let degrees = degrees(self.axes, &shape, self.correction);
        let share = T::from_f64(2.0 / degrees);
        let center = mean.reshape(gradient.shape())?;
        if let Some(shares) = range::quotients(&gradient, &Tensor::scalar(T::ONE), &center, share)? {
            let shares = spread(&shares, self.axes, &shape)?;
            let formula = kernel!(|x, mean, share| share * (x - mean));
            return inputs.add(0, x.into_apply(&formula, &[&mean, &shares])?);
        }
        let gradient = spread(&gradient, self.axes, &shape)?;
        let formula = kernel!(|x, mean, g; half: degrees / 2.0, quarter: degrees / 4.0, infinity: T::INFINITY| {
            let distance = x - mean;
            // Too large for the type: half of it is not.
            let is_far = math::abs(distance) == infinity;
            let distance = if is_far { 0.5 * x - 0.5 * mean } else { distance };
            math::mul_div(g, distance, if is_far { quarter } else { half })
        });
        inputs.add(0, x.into_apply(&formula, &[&mean, &gradient])?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let share = T::from_f64(2.0 / degrees(self.axes, x.shape(), self.correction));
        let share = spread_var(&(at.gradient() * share), self.axes, x.shape());
        at.add(0, distances(x, self.axes) * share)
    }
}

impl Variance {
    /// The mean; that of equal elements is what they are, to the last digit.
    fn mean<T: Float>(&self, x: &Tensor<T>, y: &Tensor<T>) -> Result<Tensor<T>> {
        let mean = x.mean(self.axes.keep())?;
        if x.is_empty() || range::all(y, |y| y != T::ZERO) {
            return Ok(mean);
        }
        let (high, low) = (x.max(self.axes.keep())?, x.min(self.axes.keep())?);
        let formula = kernel!(|mean, high, low| if high == low { high } else { mean });
        mean.into_apply(&formula, &[&high, &low])
    }
}

/// `x` and its mean, or the distances from the mean and what is left of theirs, where a mean is so far from 0 that its rounding would show among
/// them: as far as so many standard deviations, which `deviation` makes of `y`.
pub(super) fn about_mean<T: Float>(
    x: Tensor<T>,
    mean: Tensor<T>,
    y: &Tensor<T>,
    deviation: impl Fn(T) -> T,
    axes: AxisSet,
) -> Result<(Tensor<T>, Tensor<T>)> {
    let far = T::from_f64(FAR);
    let is_far = |(&mean, &y): (&T, &T)| math::abs(mean) > far * deviation(y);
    let means = mean.as_slice().unwrap_or(&[]);
    // A distance alone may be too large for the type, if a mean is that large.
    let is_safe = |&mean: &T| mean.is_nan() || math::abs(mean) < range::far();
    let values = y.as_slice().unwrap_or(&[]);
    if !means.iter().zip(values).any(is_far) || !means.iter().all(is_safe) {
        return Ok((x, mean));
    }
    let distances = x.into_apply(&kernel!(|x, mean| x - mean), &[&mean])?;
    let mean = distances.mean(axes.keep())?;
    Ok((distances, mean))
}

/// The distances from the mean, and from what the first mean lost when it was rounded.
pub(crate) fn distances<T: Float>(x: &Var<T>, axes: AxisSet) -> Var<T> {
    let distances = x - x.mean(axes.keep());
    &distances - distances.mean(axes.keep())
}

/// From so many standard deviations on, what a mean lost is as large as the error of a sum of distances.
const FAR: f64 = 16.0;

/// What a sum of squares is divided by: NaN unless there are more elements than the correction takes off.
pub(super) fn degrees(axes: AxisSet, shape: &Shape, correction: usize) -> f64 {
    match axes.count(shape).checked_sub(correction) {
        None | Some(0) => f64::NAN,
        Some(degrees) => degrees as f64,
    }
}

impl<T: Float> Var<T> {
    /// The variance over axes, [`Variance`].
    #[track_caller]
    pub fn var(&self, axes: impl Axes, correction: usize) -> Self {
        self.apply_over("Variance", axes, |axes| Variance { axes, correction })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.var(axis, 0)),
        Case::over_axis(|rng, shape| normal(shape, rng), |x, axis| x.var(keep([axis]), 0)),
        Case::new(|rng| vec![normal(&[3, 4], rng)], |x| x[0].var(1, 1)),
    ]
}
