//! The linear, or fully connected, layer.

use std::fmt;

use backprop_autodiff::{Param, Var, ops::FusedActivation};
use backprop_derive::{Cast, Module};
use backprop_tensor::{Float, Rng};
use serde::{Deserialize, Serialize};

use crate::{Initializer, Layer};

/// A linear map with bias: `y = x Wᵀ + b`, from `[..., inputs]` to `[..., outputs]`, with `W` of shape `[outputs, inputs]` and `b` of
/// shape `[outputs]`.
///
/// Weights and bias begin evenly distributed between `±1/√inputs`, as PyTorch's do. The
/// [builder](Self::builder) makes one without bias, with other initial weights, with an activation that is computed in the same pass, or
/// with elements of type f64.
///
/// ```
/// use backprop_autodiff::{Module, ops::FusedActivation};
/// use backprop_layers::{Initializer, Linear};
/// use backprop_tensor::Rng;
///
/// let mut rng = Rng::seed(0);
/// let layer = Linear::new(784, 10, &mut rng);
/// assert_eq!(format!("{layer:?}"), "Linear(784 -> 10)");
/// assert_eq!(layer.parameter_count(), 7850);
///
/// let hidden: Linear<f64> = Linear::builder(784, 128)
///     .bias(false)
///     .weight(Initializer::kaiming_normal())
///     .activation(FusedActivation::Relu)
///     .build_as(&mut rng);
/// assert_eq!(format!("{hidden:?}"), "Linear(784 -> 128, no bias, Relu)");
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, Module, Cast)]
#[serde(bound = "")]
pub struct Linear<T: Float = f32> {
    /// `W`, of shape `[outputs, inputs]`.
    pub weight: Param<T>,
    /// `b`, of shape `[outputs]`.
    pub bias: Option<Param<T>>,
    /// What is applied to the result, in the same pass.
    #[module(skip)]
    pub activation: FusedActivation,
}

impl Linear {
    /// A layer of f32 with bias and PyTorch's initial weights.
    pub fn new(inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
        Self::builder(inputs, outputs).build(rng)
    }

    /// Settings other than those of [`new`](Self::new), for any type of element.
    pub fn builder(inputs: usize, outputs: usize) -> LinearBuilder {
        LinearBuilder {
            inputs,
            outputs,
            bias: true,
            weight: None,
            bias_values: None,
            activation: FusedActivation::Identity,
        }
    }
}

impl<T: Float> Linear<T> {
    /// A layer of these weights, `[outputs, inputs]`, and this bias, `[outputs]`. If they do not fit, the first use of the layer says so.
    pub fn from_parts(weight: impl Into<Param<T>>, bias: Option<Param<T>>) -> Self {
        Self {
            weight: weight.into(),
            bias,
            activation: FusedActivation::Identity,
        }
    }

    /// The length of the inputs' last axis.
    pub fn inputs(&self) -> usize {
        self.weight.shape().get(1).copied().unwrap_or(0)
    }

    /// The length of the outputs' last axis.
    pub fn outputs(&self) -> usize {
        self.weight.shape().first().copied().unwrap_or(0)
    }
}

impl<T: Float> Layer<T> for Linear<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let weight = x.tape().param(&self.weight);
        let bias = self.bias.as_ref().map(|bias| x.tape().param(bias));
        x.linear_with(&weight, bias.as_ref(), self.activation)
    }
}

impl<T: Float> fmt::Debug for Linear<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures = [self.weight.failure(), self.bias.as_ref().and_then(Param::failure)];
        if let Some(failure) = failures.into_iter().flatten().next() {
            return write!(f, "Linear(failed: {failure})");
        }
        write!(f, "Linear({} -> {}", self.inputs(), self.outputs())?;
        if self.bias.is_none() {
            f.write_str(", no bias")?;
        }
        if self.activation != FusedActivation::Identity {
            write!(f, ", {:?}", self.activation)?;
        }
        f.write_str(")")
    }
}

/// Settings of a [`Linear`] layer, from [`Linear::builder`].
#[derive(Debug, Clone, PartialEq)]
#[must_use = "settings make no layer until `build`"]
pub struct LinearBuilder {
    inputs: usize,
    outputs: usize,
    bias: bool,
    weight: Option<Initializer>,
    bias_values: Option<Initializer>,
    activation: FusedActivation,
}

impl LinearBuilder {
    /// Whether there is a bias.
    pub fn bias(mut self, bias: bool) -> Self {
        self.bias = bias;
        self
    }

    /// How the weights begin.
    pub fn weight(mut self, initializer: Initializer) -> Self {
        self.weight = Some(initializer);
        self
    }

    /// How the bias begins; unless it is said, evenly distributed between `±1/√inputs`.
    pub fn bias_values(mut self, initializer: Initializer) -> Self {
        self.bias_values = Some(initializer);
        self
    }

    /// What is applied to the result, in the same pass.
    pub fn activation(mut self, activation: FusedActivation) -> Self {
        self.activation = activation;
        self
    }

    /// The layer, of f32. If the weights could not be made (for want of memory, for instance), its first use says so.
    pub fn build(self, rng: &mut Rng) -> Linear {
        self.build_as(rng)
    }

    /// As [`build`](Self::build), of any type of element.
    pub fn build_as<T: Float>(self, rng: &mut Rng) -> Linear<T> {
        let standard = Initializer::inverse_root(self.inputs);
        let weight = self.weight.unwrap_or(standard);
        let bias = self.bias_values.unwrap_or(standard);
        Linear {
            weight: Param::from_result(weight.initialize([self.outputs, self.inputs], rng)),
            bias: self
                .bias
                .then(|| Param::from_result(bias.initialize([self.outputs], rng))),
            activation: self.activation,
        }
    }
}
