use backprop_tensor::{Axes, AxisSet, Float, Result, Tensor, kernel, math};

use super::var::{about_mean, degrees, distances};
use crate::ops::range;
use crate::ops::spread::{spread, spread_var};
use crate::{Differential, InputGradients, Op, Var, operands};

/// The standard deviation over axes of `n` elements with mean `m`: `y = sqrt(Σ (x_i - m)^2 / (n - c))`, `dy/dx_i = (x_i - m) / (y (n - c))`.
///
/// The correction `c` is 1 for an estimate from a sample (Bessel), 0 for that of the elements themselves. Where `y` is 0, there is no derivative, and
/// it is set to 0, as in PyTorch, and so are the further ones. With `n <= c`, value and gradient are NaN, as for [`Variance`](super::Variance).
#[derive(Debug, Clone, Copy)]
pub struct Std {
    /// The axes.
    pub axes: AxisSet,
    /// What is taken off the number of elements.
    pub correction: usize,
}

impl<T: Float> Op<T> for Std {
    /// `x` and `y`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.std(self.axes, self.correction)?;
        Ok((y.clone(), [x.clone(), y]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let least = T::MIN_NORMAL / T::EPSILON;
        if range::all(&y, |y| y >= least || y == T::ZERO) {
            return inputs.add(0, self.slope(x, &y, &gradient)?);
        }
        // Distances of subnormal numbers have lost their digits. Elements multiplied by a power of 2 have the same derivative.
        let lift = T::ONE / T::EPSILON / T::EPSILON;
        let lifted = x.apply(&kernel!(|x; lift| x * lift), &[])?;
        let lifted_y = lifted.std(self.axes, self.correction)?;
        let lifted = self.slope(lifted, &lifted_y, &gradient)?;
        let wide_y = spread(&y, self.axes, x.shape())?;
        let slope = self.slope(x, &y, &gradient)?;
        let choice = kernel!(|slope, lifted, y; least| if y < least { lifted } else { slope });
        inputs.add(0, slope.into_apply(&choice, &[&lifted, &wide_y])?)
    }

    fn differentiate(&self, [_, y]: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let share = T::from_f64(1.0 / degrees(self.axes, x.shape(), self.correction));
        let is_zero = y.equal(&Tensor::scalar(T::ZERO))?;
        let quotient = at.gradient() * share / at.output().masked_fill(&is_zero, T::ONE);
        let quotient = quotient.masked_fill(&is_zero, T::ZERO);
        at.add(
            0,
            distances(x, self.axes) * spread_var(&quotient, self.axes, x.shape()),
        )
    }
}

impl Std {
    /// `g (x - m) / (y (n - c))`.
    fn slope<T: Float>(&self, x: Tensor<T>, y: &Tensor<T>, gradient: &Tensor<T>) -> Result<Tensor<T>> {
        let shape = *x.shape();
        let mean = x.mean(self.axes.keep())?;
        let (x, mean) = about_mean(x, mean, y, |y| y, self.axes)?;
        let share = T::from_f64(1.0 / degrees(self.axes, &shape, self.correction));
        let center = mean.reshape(gradient.shape())?;
        if let Some(quotients) = range::quotients(gradient, y, &center, share)? {
            let quotients = spread(&quotients, self.axes, &shape)?;
            let formula = kernel!(|x, mean, quotient| quotient * (x - mean));
            return x.into_apply(&formula, &[&mean, &quotients]);
        }
        let (y, gradient) = (
            spread(y, self.axes, &shape)?,
            spread(gradient, self.axes, &shape)?,
        );
        let formula = kernel!(|x, mean, y, g; share, infinity: T::INFINITY| {
            let distance = x - mean;
            // Too large for the type: half of it is not.
            let is_far = math::abs(distance) == infinity;
            let distance = if is_far { 0.5 * x - 0.5 * mean } else { distance };
            let deviation = if is_far { 0.5 * y } else { y };
            // The share, at most 1, goes where it brings nothing out of range.
            let (before, after) = if math::abs(g) < 1.0 { (1.0, share) } else { (share, 1.0) };
            let gradient = math::mul_div(g * before, distance, deviation) * after;
            if y == 0.0 { 0.0 } else { gradient }
        });
        let others = [&mean, &y, &gradient];
        x.into_apply(&formula, &others)
    }
}

impl<T: Float> Var<T> {
    /// The standard deviation over axes, [`Std`].
    #[track_caller]
    pub fn std(&self, axes: impl Axes, correction: usize) -> Self {
        self.apply_over("Std", axes, |axes| Std { axes, correction })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::keep;

    use crate::ops::cases::{Case, normal};

    vec![
        Case::new(|rng| vec![normal(&[3, 4], rng)], |x| x[0].std(1, 1)),
        Case::new(
            |rng| vec![normal(&[2, 3, 4], rng)],
            |x| x[0].std(keep([0, -1]), 0),
        ),
    ]
}
