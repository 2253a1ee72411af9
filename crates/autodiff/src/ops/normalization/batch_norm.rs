mod derivative;

use backprop_tensor::{Error, Float, Kernel, Moments, Result, Shape, Tensor, kernel, math};

use crate::ops::{range, require};
use crate::{Differential, InputGradients, Op, Var};

/// Each channel with mean 0 and variance 1, and then another scale and shift: `y = x̂ w + b`, `x̂ = (x - μ) / √(σ² + ε)`, with `x` of shape
/// `[n, channels, ...]`, and `μ`, `σ²`, `w` and `b` of shape `[channels]`, `w` and `b` both or neither.
///
/// With `g = dL/dy` and sums over the `m` elements of a channel: `dL/db = Σ g`, `dL/dw = Σ g x̂`. If `μ` and `σ²` are those of `x`, they move
/// with it: `dL/dx = w / √(σ² + ε) (g - Σ g / m - x̂ Σ g x̂ / m)`; if they are fixed, `dL/dx = w g / √(σ² + ε)`.
///
/// Statistics of `x` are differentiated with it to any order; derivatives of [higher order](crate::Op::differentiate) are those of the plain formula.
/// All of value and gradient is right even where `σ²` is too large or too small for the type, as long as `σ` is not, and so where `w / σ` or a sum of gradients is.
///
/// Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.
#[derive(Debug, Clone)]
pub struct BatchNorm<T: Float> {
    /// `μ` and `σ²`, if they are fixed; else they are those of `x`.
    pub statistics: Option<ChannelStatistics<T>>,
    /// `ε`.
    pub epsilon: f64,
}

/// The mean and the variance of each channel of a tensor `[n, channels, ...]`, over all axes but that of the channels.
///
/// ```
/// use backprop_autodiff::ops::ChannelStatistics;
/// use backprop_tensor::Tensor;
///
/// let x = Tensor::from([[1.0, 5.0], [3.0, 5.0]]);
/// let statistics = ChannelStatistics::of(&x)?;
/// assert_eq!(statistics.mean, Tensor::from([2.0, 5.0]));
/// assert_eq!(statistics.variance, Tensor::from([1.0, 0.0]));
/// assert_eq!(statistics.count, 2);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ChannelStatistics<T: Float> {
    /// `μ`, of shape `[channels]`.
    pub mean: Tensor<T>,
    /// `σ²`, that of these elements (without Bessel's correction), of shape `[channels]`.
    pub variance: Tensor<T>,
    /// `σ`, which has a value in the type where `σ²` may have none, of shape `[channels]`.
    pub std: Tensor<T>,
    /// What `μ` lost when it was rounded, `[channels]`, where it can matter: see [`Moments::remainder`].
    pub remainder: Option<Tensor<T>>,
    /// How many elements a channel has.
    pub count: usize,
}

impl<T: Float> ChannelStatistics<T> {
    /// Those of `x`, `[n, channels, ...]`.
    ///
    /// # Errors
    /// If there is no axis of channels, or a channel has fewer than 2 elements: that of one is its mean, and nothing would be left of it.
    pub fn of(x: &Tensor<T>) -> Result<Self> {
        let shape = x.shape();
        let mut axes: Vec<isize> = (0..shape.rank() as isize).collect();
        if axes.len() < 2 {
            return Err(Error::shape("batch_norm", shape, CHANNELS));
        }
        axes.remove(1);
        let count = axes.iter().map(|&axis| shape[axis as usize]).product();
        if count < 2 {
            let expected = "needs 2 elements or more in each channel: the variance of a single one says nothing \
                            (in training, no batch may be that small, the last one neither)";
            return Err(Error::shape("batch_norm", shape, expected));
        }
        let Moments {
            mean,
            variance,
            std,
            remainder,
            ..
        } = x.moments(&axes, 0)?;
        Ok(Self {
            mean,
            variance,
            std,
            remainder,
            count,
        })
    }
}

const CHANNELS: &str = "must be [n, channels, ...]";

/// What `backward` needs, the vectors with the axes of `x`.
#[derive(Debug)]
pub struct SavedBatchNorm<T: Float> {
    /// Those of `x`, unless they are fixed.
    pub statistics: Option<ChannelStatistics<T>>,
    centered: Centered<T>,
    /// `w / √(σ² + ε)`, or without `w`.
    factor: Tensor<T>,
    /// `w`, where the quotient is out of range.
    weight: Option<Tensor<T>>,
}

/// What makes `x̂ = (x - μ) scale`, the vectors with the axes of `x`.
#[derive(Debug)]
struct Centered<T: Float> {
    x: Tensor<T>,
    mean: Tensor<T>,
    /// `1 / √(σ² + ε)`.
    scale: Tensor<T>,
    /// What `x` was multiplied by in two steps, so that no step leaves the range.
    powers: Option<[Tensor<T>; 2]>,
}

impl<T: Float> Centered<T> {
    fn new(x: &Tensor<T>, statistics: &ChannelStatistics<T>, epsilon: f64) -> Result<Self> {
        let mean = along_channels(x.shape(), &statistics.mean)?;
        let variance = along_channels(x.shape(), &statistics.variance)?;
        if let Some(powers) = powers(statistics, epsilon) {
            return Self::scaled(x, mean, &statistics.std, epsilon, &powers);
        }
        let formula = kernel!(|variance; epsilon| 1.0 / math::sqrt(variance + epsilon));
        let (x, mean) = match &statistics.remainder {
            None => (x.clone(), mean),
            // The mean in two parts, for what was lost of it is the same for all.
            Some(remainder) => {
                let remainder = along_channels(x.shape(), remainder)?;
                let distance = kernel!(|x, mean, remainder| x - mean - remainder);
                let zeros = Tensor::zeros(mean.shape())?;
                (x.apply(&distance, &[&mean, &remainder])?, zeros)
            }
        };
        Ok(Self {
            x,
            mean,
            scale: variance.into_apply(&formula, &[])?,
            powers: None,
        })
    }

    /// The same of `x - μ`, multiplied by powers of 2 that bring the deviations near 1: so no digit changes.
    fn scaled(x: &Tensor<T>, mean: Tensor<T>, std: &Tensor<T>, epsilon: f64, powers: &[f64]) -> Result<Self> {
        let vector = |f: &dyn Fn(f64) -> f64| {
            let elements: Vec<T> = powers.iter().map(|&power| T::from_f64(f(power))).collect();
            Tensor::from_slice(&elements, mean.shape())
        };
        let (down, up) = (vector(&|power| power.min(1.0))?, vector(&|power| power.max(1.0))?);
        let epsilon = vector(&|power| (epsilon.sqrt() * power).powi(2))?;
        // Divided before, as the distance itself may be too large; multiplied after, as the mean may become too large.
        let distance = kernel!(|x, mean, down, up| (x * down - mean * down) * up);
        let inverse = kernel!(|std, epsilon, down, up| {
            let std = std * down * up;
            1.0 / math::sqrt(std * std + epsilon)
        });
        Ok(Self {
            x: x.apply(&distance, &[&mean, &down, &up])?,
            scale: std
                .reshape(mean.shape())?
                .into_apply(&inverse, &[&epsilon, &down, &up])?,
            mean: Tensor::zeros(mean.shape())?,
            powers: Some([down, up]),
        })
    }

    /// The gradient of `x`, from that of what it became.
    fn unscaled(powers: Option<[Tensor<T>; 2]>, gradient: Tensor<T>) -> Result<Tensor<T>> {
        match powers {
            None => Ok(gradient),
            Some([down, up]) => gradient.into_apply(&kernel!(|g, down, up| g * down * up), &[&down, &up]),
        }
    }
}

/// For each channel the power of 2 that it is to be multiplied by; `None` if they are all in range as they are.
fn powers<T: Float>(statistics: &ChannelStatistics<T>, epsilon: f64) -> Option<Vec<f64>> {
    let least = T::MIN_NORMAL.to_f64();
    let most = T::INFINITY.next_lower().to_f64();
    let far = range::far::<T>().to_f64();
    let is_usable = |square: f64| least / T::EPSILON.to_f64() <= square && square <= most;
    let ChannelStatistics {
        mean, variance, std, ..
    } = statistics;
    if let (Some(mean), Some(variance)) = (mean.as_slice(), variance.as_slice())
        && mean.iter().all(|mean| mean.to_f64().abs() < far)
        && variance
            .iter()
            .all(|variance| is_usable(variance.to_f64() + epsilon))
    {
        return None;
    }
    let power = |mean: f64, std: f64| {
        let size = std.max(epsilon.sqrt());
        // Of infinities and NaN the plain formula says it all, and of 0.
        if !mean.is_finite() || !std.is_finite() || size == 0.0 {
            return 1.0;
        }
        let inverse = (1.0 / size).clamp(least, 1.0 / least);
        let power = f64::from_bits(inverse.to_bits() & EXPONENT);
        if mean.abs() < far { power } else { power.min(0.25) }
    };
    let channels = mean.to_vec().into_iter().zip(std.to_vec());
    let powers: Vec<f64> = channels
        .map(|(mean, std)| power(mean.to_f64(), std.to_f64()))
        .collect();
    powers.iter().any(|&power| power != 1.0).then_some(powers)
}

/// `x̂`.
const NORMAL: Kernel = kernel!(|x, mean, scale| (x - mean) * scale);

/// The bits of the exponent.
const EXPONENT: u64 = 0x7ff << 52;

impl<T: Float> Op<T> for BatchNorm<T> {
    type Saved = SavedBatchNorm<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let (x, affine) = match *inputs {
            [x] => (x, None),
            [x, weight, bias] => (x, Some([weight, bias])),
            _ => {
                let expected = "x, or x, a weight and a bias";
                return Err(Error::argument("batch_norm", "operands", inputs.len(), expected));
            }
        };
        let is_usable = self.epsilon >= 0.0 && self.epsilon.is_finite();
        let expected = "must be a finite number, at least 0";
        require(is_usable, "batch_norm", "epsilon", self.epsilon, expected)?;
        let (statistics, centered) = match &self.statistics {
            Some(fixed) => (None, Centered::new(x, fixed, self.epsilon)?),
            None => {
                let known = ChannelStatistics::of(x)?;
                let centered = Centered::new(x, &known, self.epsilon)?;
                (Some(known), centered)
            }
        };
        let Centered { x, mean, scale, .. } = &centered;
        let (y, factor, weight) = match affine {
            None => (x.apply(&NORMAL, &[mean, scale])?, scale.clone(), None),
            Some([weight, bias]) => {
                let weight = along_channels(x.shape(), weight)?;
                let bias = along_channels(x.shape(), bias)?;
                match times_weight(scale, &weight)? {
                    Some(factor) => {
                        let formula = kernel!(|x, mean, factor, b| (x - mean) * factor + b);
                        (x.apply(&formula, &[mean, &factor, &bias])?, factor, None)
                    }
                    None => {
                        let normal = x.apply(&NORMAL, &[mean, scale])?;
                        let formula = kernel!(|normal, weight, b| normal * weight + b);
                        let y = normal.into_apply(&formula, &[&weight, &bias])?;
                        (y, scale.clone(), Some(weight))
                    }
                }
            }
        };
        Ok((
            y,
            SavedBatchNorm {
                statistics,
                centered,
                factor,
                weight,
            },
        ))
    }

    fn backward(
        &self,
        saved: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let SavedBatchNorm {
            statistics,
            centered,
            factor,
            weight,
        } = saved;
        let Centered {
            x,
            mean,
            scale,
            powers,
        } = centered;
        let channels = *mean.shape();
        let normal = x.into_apply(&NORMAL, &[&mean, &scale])?;
        let Sums {
            gradient,
            sum,
            product,
            growth,
        } = Sums::new(gradient, &normal, &channels)?;
        let growth = growth.as_ref();
        if let Some(shape) = inputs.shape(1) {
            inputs.add(1, times(product.clone(), growth)?.reshape(shape)?)?;
        }
        if let Some(shape) = inputs.shape(2) {
            inputs.add(2, times(sum.clone(), growth)?.reshape(shape)?)?;
        }
        if inputs.needed(0) {
            let change = match statistics {
                None => gradient,
                Some(ChannelStatistics { count, .. }) => {
                    // What the mean and the variance take back.
                    let formula = kernel!(|normal, g, sum, product; share: 1.0 / count as f64| g - share * sum - normal * (share * product));
                    normal.into_apply(&formula, &[&gradient, &sum, &product])?
                }
            };
            let gradient = times(times(change, Some(&factor))?, weight.as_ref())?;
            inputs.add(0, times(Centered::unscaled(powers, gradient)?, growth)?)?;
        }
        Ok(())
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        self.differentiate_with(at)
    }
}

/// `x`, times a factor for each channel if there is one.
fn times<T: Float>(x: Tensor<T>, factor: Option<&Tensor<T>>) -> Result<Tensor<T>> {
    match factor {
        None => Ok(x),
        Some(factor) => x.into_apply(&kernel!(|x, factor| x * factor), &[factor]),
    }
}

/// `w / √(σ² + ε)`; `None` if one of these is out of range, though what it is multiplied by may bring it back.
fn times_weight<T: Float>(scale: &Tensor<T>, weight: &Tensor<T>) -> Result<Option<Tensor<T>>> {
    let factor = scale.try_mul(weight)?;
    let (factors, weights) = (factor.to_vec(), weight.to_vec());
    let mut pairs = factors.into_iter().zip(weights);
    let are_usable = pairs.all(|(factor, weight)| range::is_normal(factor) || weight == T::ZERO);
    Ok(are_usable.then_some(factor))
}

/// The gradient `g` and its sums over each channel.
#[derive(Debug)]
struct Sums<T: Float> {
    gradient: Tensor<T>,
    /// `Σ g`.
    sum: Tensor<T>,
    /// `Σ g x̂`.
    product: Tensor<T>,
    /// What all of them are to be multiplied by. Where the sums of a channel are beyond the type, everything is made smaller, for what they are
    /// divided by brings them back.
    growth: Option<Tensor<T>>,
}

impl<T: Float> Sums<T> {
    fn new(gradient: Tensor<T>, normal: &Tensor<T>, channels: &Shape) -> Result<Self> {
        let plain = Self::plain(gradient, normal, channels)?;
        let is_finite = |x: T| math::abs(x) < T::INFINITY;
        if range::all(&plain.sum, is_finite) && range::all(&plain.product, is_finite) {
            return Ok(plain);
        }
        let formula = kernel!(|sum, product; growth: T::ONE / range::shrink::<T>(), infinity: T::INFINITY| {
            let finite = math::abs(sum) < infinity && math::abs(product) < infinity;
            if finite { 1.0 } else { growth }
        });
        let growth = plain.sum.into_apply(&formula, &[&plain.product])?;
        let shrink = kernel!(|g, growth| g / growth);
        let gradient = plain.gradient.into_apply(&shrink, &[&growth])?;
        Ok(Self {
            growth: Some(growth),
            ..Self::plain(gradient, normal, channels)?
        })
    }

    fn plain(gradient: Tensor<T>, normal: &Tensor<T>, channels: &Shape) -> Result<Self> {
        let products = gradient.apply(&kernel!(|g, normal| g * normal), &[normal])?;
        Ok(Self {
            sum: gradient.sum_to(channels)?,
            product: products.sum_to(channels)?,
            gradient,
            growth: None,
        })
    }
}

/// A vector with the axes of `x`, of length 1 but for that of the channels.
fn along_channels<T: Float>(x: &Shape, vector: &Tensor<T>) -> Result<Tensor<T>> {
    let mut shape = vec![1; x.rank()];
    match (shape.get_mut(1), x.get(1)) {
        (Some(length), Some(&channels)) if **vector.shape() == [channels] => *length = channels,
        (None, _) => return Err(Error::shape("batch_norm", x, CHANNELS)),
        _ => {
            let expected = "must agree: there is one number for each channel, on axis 1";
            return Err(Error::shapes("batch_norm", x, vector.shape(), expected));
        }
    }
    vector.reshape(shape)
}

impl<T: Float> Var<T> {
    /// Each channel of `[n, channels, ...]` by its own mean and variance, [`BatchNorm`], and these, if they could be computed. `affine` is
    /// the weight and the bias, `[channels]`.
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::Tensor;
    ///
    /// let x = Tape::new().variable(Tensor::from([[1.0, 0.0], [3.0, 8.0]]));
    /// let (y, statistics) = x.batch_norm(None, 0.0);
    /// assert_eq!(y.value()?, &Tensor::from([[-1.0, -1.0], [1.0, 1.0]]));
    /// assert_eq!(statistics.unwrap().mean, Tensor::from([2.0, 4.0]));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn batch_norm(
        &self,
        affine: Option<(&Self, &Self)>,
        epsilon: f64,
    ) -> (Self, Option<ChannelStatistics<T>>) {
        let op = BatchNorm {
            statistics: None,
            epsilon,
        };
        let (y, statistics) = self.apply_affine(op, affine, |saved| saved.statistics.clone());
        (y, statistics.flatten())
    }

    /// Each channel of `[n, channels, ...]` by a mean and a variance `[channels]` that do not depend on it, [`BatchNorm`].
    #[track_caller]
    pub fn batch_norm_by(
        &self,
        mean: &Tensor<T>,
        variance: &Tensor<T>,
        affine: Option<(&Self, &Self)>,
        epsilon: f64,
    ) -> Self {
        let std = match variance.sqrt() {
            Ok(std) => std,
            Err(source) => return self.fail("BatchNorm", source),
        };
        let op = BatchNorm {
            statistics: Some(ChannelStatistics {
                mean: mean.clone(),
                variance: variance.clone(),
                std,
                remainder: None,
                count: 0,
            }),
            epsilon,
        };
        self.apply_affine(op, affine, |_| ()).0
    }

    #[track_caller]
    fn apply_affine<R>(
        &self,
        op: BatchNorm<T>,
        affine: Option<(&Self, &Self)>,
        read: impl FnOnce(&SavedBatchNorm<T>) -> R,
    ) -> (Self, Option<R>) {
        match affine {
            None => self.tape().apply_reading(op, &[self], read),
            Some((weight, bias)) => self.tape().apply_reading(op, &[self, weight, bias], read),
        }
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal, uniform};

    let inputs = |affine: bool| {
        move |rng: &mut backprop_tensor::Rng| {
            let mut shape = vec![2 + rng.below(3), 1 + rng.below(3)];
            shape.extend((0..rng.below(3)).map(|_| 1 + rng.below(3)));
            let mut inputs = vec![normal(&shape, rng)];
            if affine {
                inputs.extend([normal(&shape[1..2], rng), normal(&shape[1..2], rng)]);
            }
            inputs
        }
    };
    let fixed = |rng: &mut backprop_tensor::Rng| {
        let shape = [1 + rng.below(3), 3, 1 + rng.below(3)];
        vec![normal(&shape, rng), normal(&[3], rng), normal(&[3], rng)]
    };
    let variance = uniform(&[3], 0.5, 2.0, &mut backprop_tensor::Rng::seed(1));
    // Without it, two elements would be -1 and 1 whatever they are, and there were no gradient to check.
    let epsilon = 0.2;
    vec![
        Case::new(inputs(false), move |x| x[0].batch_norm(None, epsilon).0),
        Case::new(inputs(true), move |x| {
            x[0].batch_norm(Some((&x[1], &x[2])), epsilon).0
        }),
        Case::new(fixed, move |x| {
            x[0].batch_norm_by(&variance, &variance, Some((&x[1], &x[2])), epsilon)
        }),
    ]
}
