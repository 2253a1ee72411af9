//! Batch normalization.

use std::fmt;

use backprop_autodiff::{Buffer, Param, Var, ops::ChannelStatistics};
use backprop_derive::{Cast, Module};
use backprop_tensor::{Error, Float, Result, Tensor, kernel};
use serde::{Deserialize, Serialize};

use crate::Layer;

/// Batch normalization of `[n, features]` or `[n, features, length]`: `y = (x - μ) / √(σ² + ε) w + b`, for each feature.
///
/// In training, `μ` and `σ²` are the mean and the variance of the batch, over all axes but that of the features, and the running ones move toward
/// them: `running ← (1 - momentum) running + momentum batch`, with Bessel's correction (`m - 1` instead of `m`) for the variance. On any other tape
/// they are the running ones, so that an output does not depend on what else is in its batch.
///
/// A forward pass does not change the layer: the new running statistics travel with the gradients, and are written by the optimizer's
/// step or [`Gradients::apply_state`](backprop_autodiff::Gradients::apply_state). Where the gradients of several batches are added up for one
/// step, those of the last batch count. In training, each feature must have 2 elements or more; so the last batch of an epoch must not be a
/// single sample.
///
/// `w` and `b` can be left out, each by itself: then it is 1, or 0.
///
/// It begins with `w = 1`, `b = 0`, running mean 0 and running variance 1; `momentum` is 0.1 and `ε` 1e-5, as in PyTorch. The linear layer before
/// it needs no bias, for `μ` takes it off again.
///
/// ```
/// use backprop_autodiff::{Module, Tape};
/// use backprop_layers::{BatchNorm1d, Layer, Linear, Relu, sequential};
/// use backprop_tensor::{Rng, Tensor};
///
/// let mut rng = Rng::seed(0);
/// let mut model = sequential![
///     Linear::builder(4, 8).bias(false).build(&mut rng),
///     BatchNorm1d::new(8),
///     Relu,
///     Linear::new(8, 2, &mut rng),
/// ];
/// let tape = Tape::training(rng.next_seed());
/// let x = Tensor::normal([32, 4], 5.0, 1.0, &mut rng)?;
/// let gradients = model.forward(&tape.input(x)).square().mean(..).backward()?;
/// gradients.apply_state(&mut model)?;
/// assert_ne!(model.layers().1.running_mean.value(), &Tensor::zeros([8])?);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
///
/// Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.
#[derive(Clone, PartialEq, Serialize, Deserialize, Module, Cast)]
#[serde(bound = "")]
pub struct BatchNorm1d<T: Float = f32> {
    /// `w`, of shape `[features]`, unless it was left out.
    pub weight: Option<Param<T>>,
    /// `b`, of shape `[features]`, unless it was left out.
    pub bias: Option<Param<T>>,
    /// The mean in use, of shape `[features]`.
    pub running_mean: Buffer<T>,
    /// The variance in use, of shape `[features]`. It is infinite if it is too large for the type, though the standard deviation may not be: then what comes
    /// out in use is `b`, while training goes on as it should.
    pub running_variance: Buffer<T>,
    /// How far the running statistics move toward those of a batch: from 0, not at all, to 1, all the way.
    pub momentum: f64,
    /// `ε`, which keeps a variance of 0 from being divided by; at least 0.
    pub epsilon: f64,
}

impl BatchNorm1d {
    /// Of so many features, of f32, with `w` and `b`.
    pub fn new(features: usize) -> Self {
        Self::builder(features).build()
    }

    /// Settings other than those of [`new`](Self::new), for any type of element.
    ///
    /// ```
    /// use backprop_layers::BatchNorm1d;
    ///
    /// let layer: BatchNorm1d<f64> = BatchNorm1d::builder(8).momentum(0.01).epsilon(1e-3).affine(false).build_as();
    /// assert_eq!(format!("{layer:?}"), "BatchNorm1d(8, no affine)");
    /// ```
    pub fn builder(features: usize) -> BatchNorm1dBuilder {
        BatchNorm1dBuilder {
            features,
            momentum: 0.1,
            epsilon: 1e-5,
            affine: true,
        }
    }
}

impl<T: Float> BatchNorm1d<T> {
    /// The number of features.
    pub fn features(&self) -> usize {
        self.running_mean.shape().first().copied().unwrap_or(0)
    }

    /// Leaves the running statistics that follow from those of a batch on the tape.
    fn update(&self, x: &Var<T>, batch: &ChannelStatistics<T>) -> Result<()> {
        let keep = 1.0 - self.momentum;
        let formula = kernel!(|running, batch; keep, share: self.momentum| keep * running + share * batch);
        let mean = { self.running_mean.value() }.apply(&formula, &[&batch.mean])?;
        let count = batch.count as f64;
        let share = self.momentum * count / (count - 1.0);
        let formula = kernel!(|running, batch, std; keep, share, infinity: T::INFINITY| {
            // The variance may be too large for the type where its share is not.
            let part = if batch == infinity { share * std * std } else { share * batch };
            keep * running + part
        });
        let variance = { self.running_variance.value() }.apply(&formula, &[&batch.variance, &batch.std])?;
        x.tape().update(&self.running_mean, mean);
        x.tape().update(&self.running_variance, variance);
        Ok(())
    }
}

impl<T: Float> Layer<T> for BatchNorm1d<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let weight = self.weight.as_ref().map(|weight| x.tape().param(weight));
        let bias = self.bias.as_ref().map(|bias| x.tape().param(bias));
        // One that was left out beside the other is what changes nothing.
        let constant = |value: T| {
            let vector = Tensor::full([self.features()], value).unwrap_or_default();
            x.tape().input(vector)
        };
        let (weight, bias) = match (weight, bias) {
            (Some(weight), None) => (Some(weight), Some(constant(T::ZERO))),
            (None, Some(bias)) => (Some(constant(T::ONE)), Some(bias)),
            both => both,
        };
        let affine = weight.as_ref().zip(bias.as_ref());
        if !matches!(x.rank(), 2 | 3) && !x.has_failed() {
            let expected = "must be [n, features] or [n, features, length]";
            return x.fail("BatchNorm1d", Error::shape("batch_norm", x.shape(), expected));
        }
        // What the statistics in use could not be applied to is no input in training either.
        if !x.tape().is_training() || x.shape().get(1) != Some(&self.features()) {
            let (mean, variance) = (self.running_mean.value(), self.running_variance.value());
            return x.batch_norm_by(mean, variance, affine, self.epsilon);
        }
        let (y, statistics) = x.batch_norm(affine, self.epsilon);
        match statistics.map(|statistics| self.update(x, &statistics)) {
            Some(Err(error)) => y.fail("BatchNorm1d", error),
            _ => y,
        }
    }
}

impl<T: Float> fmt::Debug for BatchNorm1d<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = [&self.weight, &self.bias]
            .into_iter()
            .flatten()
            .find_map(Param::failure);
        if let Some(failure) = failure {
            return write!(f, "BatchNorm1d(failed: {failure})");
        }
        let affine = match (&self.weight, &self.bias) {
            (Some(_), Some(_)) => "",
            (Some(_), None) => ", no bias",
            (None, Some(_)) => ", no weight",
            (None, None) => ", no affine",
        };
        write!(f, "BatchNorm1d({}{affine})", self.features())
    }
}

/// Settings of a [`BatchNorm1d`] layer, from [`BatchNorm1d::builder`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "settings make no layer until `build`"]
pub struct BatchNorm1dBuilder {
    features: usize,
    momentum: f64,
    epsilon: f64,
    affine: bool,
}

impl BatchNorm1dBuilder {
    /// How far the running statistics move toward those of a batch, from 0 to 1.
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// What is added to the variance, at least 0.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Whether there are `w` and `b`.
    pub fn affine(self, affine: bool) -> Self {
        Self { affine, ..self }
    }

    /// The layer, of f32.
    pub fn build(self) -> BatchNorm1d {
        self.build_as()
    }

    /// As [`build`](Self::build), of any type of element.
    pub fn build_as<T: Float>(self) -> BatchNorm1d<T> {
        let full = |value: T| Tensor::full([self.features], value);
        let param = |value: T| self.affine.then(|| Param::from_result(full(value)));
        BatchNorm1d {
            weight: param(T::ONE),
            bias: param(T::ZERO),
            // Without memory for them, they are empty, and fit no input.
            running_mean: Buffer::new(full(T::ZERO).unwrap_or_default()),
            running_variance: Buffer::new(full(T::ONE).unwrap_or_default()),
            momentum: self.momentum,
            epsilon: self.epsilon,
        }
    }
}
