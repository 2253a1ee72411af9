//! The first model of a neuron.

use backprop_autodiff::{Param, Var};
use backprop_derive::{Cast, Module};
use backprop_tensor::{Float, Result, Tensor};
use serde::{Deserialize, Serialize};

use crate::Layer;

/// The neuron of McCulloch and Pitts, "A logical calculus of the ideas immanent in nervous activity" (1943): it fires, 1, when its weighted
/// inputs reach a threshold and no inhibitory input is on; else it is 0.
///
/// ```text
/// y = 1    if Σ wᵢ xᵢ ≥ θ  and  Σ zⱼ ≤ 0
/// y = 0    otherwise
/// ```
///
/// From inputs `[..., n]`, first the weighted ones `x`, then the inhibitory ones `z`, to `[..., 1]`. Inputs are meant to be 0 and 1. In the paper
/// the weights are 1; with weights of both signs, inhibitory inputs can be done without. Its parameters are frozen: they are set, since
/// nothing can be learned through a step.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_layers::{Layer, ThresholdUnit};
/// use backprop_tensor::Tensor;
///
/// let inputs = Tensor::from([[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
/// let both = ThresholdUnit::and(2).forward(&Tape::inference().input(inputs.clone()));
/// assert_eq!(both.value()?.to_vec(), [0.0, 0.0, 0.0, 1.0]);
///
/// // The first, unless the second is on.
/// let first_alone = ThresholdUnit::or(1).inhibited_by(1).forward(&Tape::inference().input(inputs));
/// assert_eq!(first_alone.value()?.to_vec(), [0.0, 0.0, 1.0, 0.0]);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Module, Cast)]
#[serde(bound = "")]
pub struct ThresholdUnit<T: Float = f32> {
    /// `w`, `[1, n]`.
    pub weight: Param<T>,
    /// `θ`.
    pub threshold: f64,
    /// Ones, `[1, m]`, for the `m` inhibitory inputs behind the weighted ones, if there are any.
    pub inhibition: Option<Param<T>>,
}

impl ThresholdUnit {
    /// With these weights and this threshold.
    pub fn new(weights: impl AsRef<[f32]>, threshold: f64) -> Self {
        let weights = weights.as_ref();
        Self {
            weight: frozen(Tensor::from_slice(weights, [1, weights.len()])),
            threshold,
            inhibition: None,
        }
    }

    /// Fires when at least `k` of its `n` inputs are on.
    pub fn at_least(k: usize, n: usize) -> Self {
        Self {
            weight: frozen(Tensor::ones([1, n])),
            threshold: k as f64,
            inhibition: None,
        }
    }

    /// Fires when all `n` inputs are on.
    pub fn and(n: usize) -> Self {
        Self::at_least(n, n)
    }

    /// Fires when one of `n` inputs is on.
    pub fn or(n: usize) -> Self {
        Self::at_least(1, n)
    }

    /// Fires when more than half of its `n` inputs are on.
    pub fn majority(n: usize) -> Self {
        Self::at_least(n / 2 + 1, n)
    }

    /// Fires unless its only input, an inhibitory one, is on.
    pub fn not() -> Self {
        Self::at_least(0, 0).inhibited_by(1)
    }

    /// With so many inhibitory inputs behind the others, each of which keeps it from firing.
    #[must_use]
    pub fn inhibited_by(self, inputs: usize) -> Self {
        let inhibition = (inputs > 0).then(|| frozen(Tensor::ones([1, inputs])));
        Self { inhibition, ..self }
    }
}

fn frozen<T: Float>(value: Result<Tensor<T>>) -> Param<T> {
    let mut param = Param::from_result(value);
    param.set_trainable(false);
    param
}

impl<T: Float> Layer<T> for ThresholdUnit<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let weight = x.tape().param(&self.weight);
        let threshold = T::from_f64(self.threshold);
        let Some(inhibition) = &self.inhibition else {
            return (x.linear(&weight, None) - threshold).heaviside(1.0);
        };
        let weighted = self.weight.value().count();
        let (excitatory, inhibitory) = (x.slice(-1, ..weighted), x.slice(-1, weighted..));
        let reached = (excitatory.linear(&weight, None) - threshold).heaviside(1.0);
        let free = (-inhibitory.linear(&x.tape().param(inhibition), None)).heaviside(1.0);
        reached * free
    }
}
