//! The check of a layer: which laws, on which inputs.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use backprop_autodiff::Cast;
use backprop_layers::Layer;
use backprop_tensor::{Float, Tensor};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::tapes::Kind;
use crate::{Inputs, Law, Violation, gradients, laws};

/// Checks that a layer keeps the laws that hold for every layer, on these inputs.
///
/// It is meant for tests; [`LayerCheck`] checks more, of layers that can do more, and returns the violation.
///
/// # Panics
/// If the layer breaks a law; the message says which and where.
///
/// ```
/// use backprop_layers::{Linear, Relu, sequential};
/// use backprop_tensor::Rng;
/// use backprop_testing::{check_layer, inputs};
///
/// let mut rng = Rng::seed(0);
/// check_layer(sequential![Linear::new(4, 3, &mut rng), Relu], inputs![1..8, 4]);
/// ```
#[track_caller]
#[allow(clippy::panic, reason = "an assertion: failing a test is what it is for")]
pub fn check_layer<T: Float, L: Layer<T>>(layer: L, inputs: Inputs) {
    if let Err(violation) = LayerCheck::new(layer, inputs).run() {
        panic!("{violation}");
    }
}

/// A check of a layer, with the laws it is to keep.
///
/// Those that hold for every layer are there from the beginning; the methods add those of layers that can do more.
///
/// ```
/// use backprop_layers::Linear;
/// use backprop_tensor::Rng;
/// use backprop_testing::{LayerCheck, inputs};
///
/// let layer = Linear::new(4, 3, &mut Rng::seed(0));
/// LayerCheck::new(layer, inputs![1..8, 4]).cloning().serialization().casting().batch_independence().run()?;
/// # Ok::<(), backprop_testing::Violation>(())
/// ```
#[must_use = "a check does nothing until `run`"]
pub struct LayerCheck<T: Float, L> {
    layer: L,
    inputs: Inputs,
    laws: Vec<(Law, Box<Check<T, L>>)>,
}

/// Whether a layer keeps a law on an input, with a seed for what is random in the check.
type Check<T, L> = dyn Fn(&mut L, &Tensor<T>, u64) -> Result<(), String>;

impl<T: Float, L: Layer<T>> LayerCheck<T, L> {
    /// The check of the laws of every layer.
    pub fn new(layer: L, inputs: Inputs) -> Self {
        let check = Self {
            layer,
            inputs,
            laws: Vec::new(),
        };
        check
            .law(Law::Visiting, |layer, _, _| laws::visiting::check(layer))
            .law(Law::Gradients, |layer, input, seed| {
                gradients::check(layer, input, Kind::Use, seed)?;
                gradients::check(layer, input, Kind::Training(seed), seed)
            })
            .law(Law::Determinism, |layer, input, seed| {
                laws::determinism::check(layer, input, seed)
            })
            .law(Law::Recording, |layer, input, _| {
                laws::recording::check(layer, input)
            })
            .law(Law::State, |layer, input, _| laws::state::check(layer, input))
            .law(Law::Failure, |layer, _, _| laws::failure::check(layer))
            .law(Law::NoPanic, |layer, input, seed| {
                laws::no_panic::check(layer, input, seed)
            })
    }

    /// [`Law::BatchIndependence`]: examples, along the first axis, do not influence one another.
    pub fn batch_independence(self) -> Self {
        self.law(Law::BatchIndependence, |layer, input, _| {
            laws::batch_independence::check(layer, input)
        })
    }

    /// [`Law::Cloning`]: a clone is equal, and has parameters of its own.
    pub fn cloning(self) -> Self
    where
        L: Clone + PartialEq,
    {
        self.law(Law::Cloning, |layer, input, seed| {
            laws::cloning::check(layer, input, seed)
        })
    }

    /// [`Law::Serialization`]: what is written as JSON and read again is equal.
    pub fn serialization(self) -> Self
    where
        L: Serialize + DeserializeOwned + PartialEq,
    {
        self.law(Law::Serialization, |layer, _, _| {
            laws::serialization::check(layer)
        })
    }

    /// [`Law::Casting`]: cast to f64, it computes the same, and has the right gradients there too.
    pub fn casting(self) -> Self
    where
        L: Cast<With<f64>: Layer<f64>>,
    {
        self.law(Law::Casting, |layer, input, seed| {
            laws::casting::check(layer, input, seed)
        })
    }

    /// A law of one's own: what `check` does with the layer, an input and a seed; the message says what is wrong.
    pub fn law(
        mut self,
        law: Law,
        check: impl Fn(&mut L, &Tensor<T>, u64) -> Result<(), String> + 'static,
    ) -> Self {
        self.laws.push((law, Box::new(check)));
        self
    }

    /// Checks every law on every input.
    ///
    /// # Errors
    /// The first [`Violation`].
    pub fn run(mut self) -> Result<(), Violation> {
        for seed in self.inputs.seeds() {
            let input = self.inputs.tensor(seed);
            for (law, check) in &self.laws {
                let input = input.as_ref().map_err(ToString::to_string);
                let layer = &mut self.layer;
                let result = input
                    .clone()
                    .and_then(|input| guarded(|| check(layer, input, seed)));
                if let Err(message) = result {
                    let shape = input.map_or_else(|_| "?".into(), |input| input.shape().to_string());
                    return Err(Violation {
                        name: self.layer.name().into(),
                        law: *law,
                        place: format!("input {seed} of shape {shape}: {message}"),
                    });
                }
            }
        }
        Ok(())
    }
}

/// Runs a check; a panic in it is a failure that says so.
pub(crate) fn guarded(check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("it panicked: {}", message.unwrap_or("without a message")))
    })
}

impl<T: Float, L: fmt::Debug> fmt::Debug for LayerCheck<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let laws: Vec<_> = self.laws.iter().map(|(law, _)| law).collect();
        f.debug_struct("LayerCheck")
            .field("layer", &self.layer)
            .field("inputs", &self.inputs)
            .field("laws", &laws)
            .finish()
    }
}
