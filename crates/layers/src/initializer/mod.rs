//! Initial values of parameters, by name.
//!
//! A family a file, each with its formula and source; [`Fans`] counts what the formulas divide by.

mod constant;
mod fans;
mod kaiming;
mod lecun;
mod name;
mod orthogonal;
mod random;
mod xavier;

use backprop_tensor::{Float, Result, Rng, Tensor};
use serde::{Deserialize, Serialize};

pub use fans::{Fan, Fans};
pub use name::ParseInitializerError;

/// How a parameter begins.
///
/// Values follow from the shape and the generator alone. Every one has a name, with the settings that differ from the usual ones
/// in brackets, which [`Display`](std::fmt::Display) prints and [`FromStr`](std::str::FromStr) reads.
///
/// ```
/// use backprop_layers::Initializer;
/// use backprop_tensor::{Rng, Tensor};
///
/// let mut rng = Rng::seed(0);
/// let initializer: Initializer = "xavier_uniform(gain=2)".parse()?;
/// let weight: Tensor = initializer.initialize([30, 20], &mut rng)?;
/// let bound = 2.0 * (6.0_f32 / 50.0).sqrt();
/// assert!(weight.to_vec().iter().all(|w| w.abs() <= bound));
/// assert_eq!(Initializer::kaiming_normal().to_string(), "kaiming_normal");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Initializer {
    /// 0 everywhere.
    Zeros,
    /// 1 everywhere.
    Ones,
    /// One value everywhere.
    Constant {
        /// The value.
        value: f64,
    },
    /// Evenly distributed between two values.
    Uniform {
        /// The lower one.
        low: f64,
        /// The upper one.
        high: f64,
    },
    /// Normally distributed.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
    /// Normally distributed, but only between two values. The standard deviation is that of the whole distribution.
    TruncatedNormal {
        /// The mean of the whole distribution.
        mean: f64,
        /// The standard deviation of the whole distribution.
        std: f64,
        /// The lower one of both values.
        low: f64,
        /// The upper one.
        high: f64,
    },
    /// Evenly distributed between `±gain √(6 / (fan_in + fan_out))`.
    XavierUniform {
        /// What the variance a layer keeps is multiplied by, as a standard deviation; see [`gain`](crate::gain).
        gain: f64,
    },
    /// Normally distributed with standard deviation `gain √(2 / (fan_in + fan_out))`.
    XavierNormal {
        /// As for the uniform one.
        gain: f64,
    },
    /// Evenly distributed between `±gain √(3 / fan)`.
    KaimingUniform {
        /// `√2` for ReLU; see [`gain`](crate::gain).
        gain: f64,
        /// Whether variance is kept on the way forward or back.
        fan: Fan,
    },
    /// Normally distributed with standard deviation `gain / √fan`.
    KaimingNormal {
        /// `√2` for ReLU; see [`gain`](crate::gain).
        gain: f64,
        /// Whether variance is kept on the way forward or back.
        fan: Fan,
    },
    /// Evenly distributed between `±√(3 / fan_in)`.
    LecunUniform,
    /// Normally distributed with standard deviation `√(1 / fan_in)`.
    LecunNormal,
    /// A random orthogonal matrix times `gain`: `W Wᵀ = gain² I`, or `Wᵀ W = gain² I` with more rows than columns. Axes beyond the first
    /// are taken as one.
    Orthogonal {
        /// The length of each row or column, whichever there are fewer of.
        gain: f64,
    },
}

impl Initializer {
    /// A tensor of this shape with these initial values.
    ///
    /// # Errors
    /// [`Error::Shape`](backprop_tensor::Error::Shape) if the formula needs fans and the shape has fewer than two axes;
    /// [`Error::Argument`](backprop_tensor::Error::Argument) for a distribution that does not exist; whatever keeps a tensor of this shape
    /// from being made.
    pub fn initialize<T: Float>(&self, shape: impl AsRef<[usize]>, rng: &mut Rng) -> Result<Tensor<T>> {
        let shape = shape.as_ref();
        match *self {
            Self::Zeros => constant::fill(shape, 0.0),
            Self::Ones => constant::fill(shape, 1.0),
            Self::Constant { value } => constant::fill(shape, value),
            Self::Uniform { low, high } => random::uniform(shape, low, high, rng),
            Self::Normal { mean, std } => random::normal(shape, mean, std, rng),
            Self::TruncatedNormal { mean, std, low, high } => {
                random::truncated_normal(shape, mean, std, low, high, rng)
            }
            Self::XavierUniform { gain } => xavier::uniform(shape, gain, rng),
            Self::XavierNormal { gain } => xavier::normal(shape, gain, rng),
            Self::KaimingUniform { gain, fan } => kaiming::uniform(shape, gain, fan, rng),
            Self::KaimingNormal { gain, fan } => kaiming::normal(shape, gain, fan, rng),
            Self::LecunUniform => lecun::uniform(shape, rng),
            Self::LecunNormal => lecun::normal(shape, rng),
            Self::Orthogonal { gain } => orthogonal::orthogonal(shape, gain, rng),
        }
    }

    /// Xavier's uniform distribution with a gain of 1.
    pub fn xavier_uniform() -> Self {
        Self::XavierUniform { gain: 1.0 }
    }

    /// Xavier's normal distribution with a gain of 1.
    pub fn xavier_normal() -> Self {
        Self::XavierNormal { gain: 1.0 }
    }

    /// Kaiming's uniform distribution for ReLU, keeping variance on the way forward.
    pub fn kaiming_uniform() -> Self {
        Self::KaimingUniform {
            gain: std::f64::consts::SQRT_2,
            fan: Fan::In,
        }
    }

    /// Kaiming's normal distribution for ReLU, keeping variance on the way forward.
    pub fn kaiming_normal() -> Self {
        Self::KaimingNormal {
            gain: std::f64::consts::SQRT_2,
            fan: Fan::In,
        }
    }

    /// A random orthogonal matrix with a gain of 1.
    pub fn orthogonal() -> Self {
        Self::Orthogonal { gain: 1.0 }
    }

    /// Evenly distributed between `±1/√fan`, which is how PyTorch's layers begin; 0 without inputs.
    pub(crate) fn inverse_root(fan: usize) -> Self {
        let bound = if fan == 0 { 0.0 } else { 1.0 / (fan as f64).sqrt() };
        Self::Uniform {
            low: -bound,
            high: bound,
        }
    }
}
