//! A layer that breaks a law is told that it does, and which one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use backprop_autodiff::{InputGradients, Leaf, LeafMut, Op, Param, Path, Var, operands};
use backprop_layers::{Cast, Dropout, Layer, Linear, Module, Relu, sequential};
use backprop_tensor::{Float, Result, Rng, Tensor, kernel};
use backprop_testing::{Inputs, Law, LayerCheck, Violation, check_layer, inputs};
use serde::{Deserialize, Serialize};

fn rows() -> Inputs {
    inputs![2..4, 3]
}

/// What is wrong with a layer.
fn violation<T: Float>(layer: impl Layer<T>) -> Violation {
    LayerCheck::new(layer, rows()).run().unwrap_err()
}

fn param<T: Float>() -> Param<T> {
    Param::new(Tensor::from([
        T::from_f64(0.5),
        T::from_f64(-1.5),
        T::from_f64(2.0),
    ]))
}

/// Halves, and gives a derivative that may be another.
#[derive(Debug, Clone, Copy)]
struct Halve {
    derivative: f64,
}

impl<T: Float> Op<T> for Halve {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, ())> {
        let [x] = operands(inputs)?;
        Ok((x.apply(&kernel!(|x| x * 0.5), &[])?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(
            0,
            gradient.into_apply(&kernel!(|g; d: self.derivative| g * d), &[])?,
        )
    }
}

/// `x w / 4`, each factor halved with a derivative of its own.
#[derive(Module)]
struct Product<T: Float> {
    weight: Param<T>,
    #[module(skip)]
    input: Halve,
    #[module(skip)]
    parameter: Halve,
}

impl<T: Float> Product<T> {
    fn new(input: f64, parameter: f64) -> Self {
        let [input, parameter] = [input, parameter].map(|derivative| Halve { derivative });
        Self {
            weight: param(),
            input,
            parameter,
        }
    }
}

impl<T: Float> Layer<T> for Product<T> {
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x.apply(self.input) * x.tape().param(&self.weight).apply(self.parameter)
    }
}

#[test]
fn right_gradients_are_accepted() {
    check_layer(Product::<f32>::new(0.5, 0.5), rows());
    check_layer(Product::<f64>::new(0.5, 0.5), rows());
}

#[test]
fn wrong_gradients_are_told_with_their_place() {
    for derivative in [0.0, -0.5, 0.51, 1.0] {
        let violation = violation(Product::<f32>::new(derivative, 0.5));
        assert_eq!(
            (violation.name.as_str(), violation.law),
            ("Product", Law::Gradients)
        );
        assert!(violation.place.contains("input, element "), "{violation}");
    }
    for derivative in [0.0, -0.5, 0.500_01, 1.0] {
        let violation = violation(Product::<f64>::new(0.5, derivative));
        assert_eq!(violation.law, Law::Gradients);
        assert!(
            violation.place.contains("parameter weight, element "),
            "{violation}"
        );
        let message = violation.to_string();
        assert!(
            message.starts_with("Product breaks the law that gradients are right: input 0 of shape ["),
            "{message}"
        );
    }
}

#[test]
#[should_panic(expected = "Product breaks the law that gradients are right")]
fn a_check_that_fails_panics_with_the_violation() {
    check_layer(Product::<f32>::new(0.0, 0.5), rows());
}

/// `x w`, of which the tape does not see everything.
#[derive(Module)]
struct Detached {
    weight: Param,
    #[module(skip)]
    in_training: bool,
}

impl Layer for Detached {
    fn forward(&self, x: &Var) -> Var {
        let weight = x.tape().param(&self.weight);
        match x.tape().is_training() == self.in_training {
            true => x * weight.detach(),
            false => x * weight,
        }
    }
}

#[test]
fn missing_gradients_are_told_in_training_and_in_use() {
    for (in_training, kind) in [
        (true, "in training, parameter weight"),
        (false, "in use, parameter weight"),
    ] {
        let violation = violation(Detached {
            weight: param(),
            in_training,
        });
        assert_eq!(violation.law, Law::Gradients);
        assert!(violation.place.contains(kind), "{violation}");
    }
}

/// The larger of `x` and 0, and at 0 a slope that may be none.
#[derive(Debug, Clone, Copy, Module)]
struct Kink(#[module(skip)] f64);

impl Op<f64> for Kink {
    type Saved = Tensor<f64>;

    fn forward(&self, inputs: &[&Tensor<f64>]) -> Result<(Tensor<f64>, Tensor<f64>)> {
        let [x] = operands(inputs)?;
        Ok((x.relu()?, x.clone()))
    }

    fn backward(
        &self,
        x: Tensor<f64>,
        gradient: Tensor<f64>,
        inputs: &mut InputGradients<'_, f64>,
    ) -> Result<()> {
        let slope = x.map(|x| {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                0.0
            } else {
                self.0
            }
        })?;
        inputs.add(0, gradient.try_mul(&slope)?)
    }
}

impl Layer<f64> for Kink {
    fn forward(&self, x: &Var<f64>) -> Var<f64> {
        x.apply(*self)
    }
}

#[test]
fn at_a_kink_any_slope_between_both_sides_is_right() {
    let at_zero = || rows().between(0.0, 0.0);
    for slope in [0.0, 0.3, 1.0] {
        assert_eq!(LayerCheck::new(Kink(slope), at_zero()).run(), Ok(()));
    }
    for slope in [-0.01, 1.01] {
        assert_eq!(
            LayerCheck::new(Kink(slope), at_zero()).run().unwrap_err().law,
            Law::Gradients
        );
    }
}

/// Counts how often it was asked.
#[derive(Module)]
struct Counting(#[module(skip)] AtomicU64);

impl Layer for Counting {
    fn forward(&self, x: &Var) -> Var {
        // Larger than what the check of the gradients takes for rounding, but without influence on them.
        x + (self.0.fetch_add(1, Relaxed) % 2) as f32 * 1e-6
    }
}

#[test]
fn a_layer_that_remembers_is_told() {
    let violation = violation(Counting(AtomicU64::new(0)));
    assert_eq!(violation.law, Law::Determinism);
    assert!(
        violation
            .place
            .contains("the first and the second time: element 0"),
        "{violation}"
    );
}

/// Doubles unless it is recorded.
#[derive(Module)]
struct Observed;

impl Layer for Observed {
    fn forward(&self, x: &Var) -> Var {
        if x.tape().is_recording() {
            x.clone()
        } else {
            x * 2.0
        }
    }
}

#[test]
fn a_layer_that_depends_on_being_recorded_is_told() {
    assert_eq!(violation::<f32>(Observed).law, Law::Recording);
}

/// Shows its parameters in ways that may be wrong.
struct Shown {
    weights: [Param; 2],
    names: [&'static str; 2],
    reversed: bool,
    hidden: bool,
}

impl Module for Shown {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, f32>)) {
        for (weight, name) in self.weights.iter().zip(self.names) {
            weight.visit(&path.name(name), visitor);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, f32>)) {
        let mut all: Vec<_> = self.weights.iter_mut().zip(self.names).collect();
        if self.reversed {
            all.reverse();
        }
        if self.hidden {
            all.pop();
        }
        for (weight, name) in all {
            weight.visit_mut(&path.name(name), visitor);
        }
    }
}

impl Layer for Shown {
    fn forward(&self, x: &Var) -> Var {
        x * x.tape().param(&self.weights[0]) + x.tape().param(&self.weights[1])
    }
}

#[test]
fn parameters_that_cannot_be_told_apart_are_told() {
    let shown = || Shown {
        weights: [param(), param()],
        names: ["a", "b"],
        reversed: false,
        hidden: false,
    };
    check_layer(shown(), rows());
    for (layer, place) in [
        (
            Shown {
                names: ["a", "a"],
                ..shown()
            },
            "there are two of the path \"a\"",
        ),
        (
            Shown {
                reversed: true,
                ..shown()
            },
            "number 0 is ",
        ),
        (
            Shown {
                hidden: true,
                ..shown()
            },
            "visit shows 2, visit_mut 1",
        ),
    ] {
        let violation = violation(layer);
        assert_eq!(violation.law, Law::Visiting);
        assert!(violation.place.contains(place), "{violation}");
    }
}

/// Keeps what it has whatever is loaded.
struct Stubborn(Param);

impl Module for Stubborn {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, f32>)) {
        self.0.visit(path, visitor);
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, f32>)) {
        self.0.visit_mut(path, visitor);
    }

    fn load_state(&mut self, _: &BTreeMap<String, Tensor>) -> backprop_autodiff::Result<()> {
        Ok(())
    }
}

impl Layer for Stubborn {
    fn forward(&self, x: &Var) -> Var {
        x * x.tape().param(&self.0)
    }
}

#[test]
fn a_state_that_does_not_load_is_told() {
    assert_eq!(violation(Stubborn(param())).law, Law::State);
}

/// Gives a constant instead of what has failed.
#[derive(Module)]
struct Optimist;

impl Layer for Optimist {
    fn forward(&self, x: &Var) -> Var {
        if x.has_failed() {
            x.constant(Tensor::from(1.0))
        } else {
            x.clone()
        }
    }
}

#[test]
fn a_layer_that_hides_a_failure_is_told() {
    let violation = violation(Optimist);
    assert_eq!(violation.law, Law::Failure);
    assert!(
        violation.place.contains("it gave a value of shape []"),
        "{violation}"
    );
}

/// Takes its input's shape for granted.
#[derive(Module)]
struct Trusting;

impl Layer for Trusting {
    fn forward(&self, x: &Var) -> Var {
        assert!(x.has_failed() || x.shape()[1] == 3, "three columns are needed");
        x.clone()
    }
}

#[test]
fn a_layer_that_panics_is_told() {
    let violation = violation(Trusting);
    assert_eq!(violation.law, Law::NoPanic);
    assert!(violation.place.contains("it panicked: "), "{violation}");
}

/// Loses something whenever it is copied.
#[derive(Debug, PartialEq, Serialize, Deserialize, Module)]
struct Fragile {
    weight: Param,
    #[serde(skip)]
    note: String,
}

impl Clone for Fragile {
    fn clone(&self) -> Self {
        Self {
            weight: self.weight.clone(),
            note: String::new(),
        }
    }
}

impl Cast for Fragile {
    type With<U: Float> = Linear<U>;

    fn cast<U: Float>(&self) -> backprop_autodiff::Result<Linear<U>> {
        Ok(Linear::builder(3, 3).build_as(&mut Rng::seed(0)))
    }
}

impl Layer for Fragile {
    fn forward(&self, x: &Var) -> Var {
        x * x.tape().param(&self.weight)
    }
}

#[test]
fn copies_that_differ_are_told() {
    let check = || {
        LayerCheck::new(
            Fragile {
                weight: param(),
                note: "n".into(),
            },
            rows(),
        )
    };
    assert_eq!(check().run(), Ok(()));
    assert_eq!(check().cloning().run().unwrap_err().law, Law::Cloning);
    assert_eq!(check().serialization().run().unwrap_err().law, Law::Serialization);
    assert_eq!(check().casting().run().unwrap_err().law, Law::Casting);
}

/// Subtracts the mean of all examples.
#[derive(Module)]
struct Centered;

impl Layer for Centered {
    fn forward(&self, x: &Var) -> Var {
        x - x.mean(0)
    }
}

#[test]
fn examples_that_influence_one_another_are_told() {
    assert_eq!(LayerCheck::<f32, _>::new(Centered, rows()).run(), Ok(()));
    let check = LayerCheck::<f32, _>::new(Centered, rows()).batch_independence();
    assert_eq!(check.run().unwrap_err().law, Law::BatchIndependence);
}

#[test]
fn an_input_that_the_layer_does_not_take_is_told() {
    let check = LayerCheck::new(Linear::new(4, 2, &mut Rng::seed(0)), rows());
    let violation = check.run().unwrap_err();
    assert_eq!(violation.law, Law::Gradients);
    assert!(violation.place.contains("it failed: "), "{violation}");
}

#[test]
fn a_law_of_ones_own_is_checked_with_the_others() {
    let check = LayerCheck::new(Linear::new(3, 2, &mut Rng::seed(0)), rows());
    let narrow = check.law(Law::Custom("outputs are narrow"), |layer, _, _| {
        match layer.outputs() {
            0..=1 => Ok(()),
            outputs => Err(format!("there are {outputs}")),
        }
    });
    let message = narrow.run().unwrap_err().to_string();
    assert_eq!(
        message,
        "Linear breaks the law that outputs are narrow: input 0 of shape [2, 3]: there are 2"
    );
}

#[test]
fn good_layers_keep_all_laws() {
    let rng = &mut Rng::seed(0);
    let model = sequential![
        Linear::new(3, 4, rng),
        Relu,
        Dropout::new(0.4),
        Linear::new(4, 2, rng)
    ];
    let check = LayerCheck::new(model, inputs![0..5, 1..=2, 3]);
    assert_eq!(
        check
            .cloning()
            .serialization()
            .casting()
            .batch_independence()
            .run(),
        Ok(())
    );
}
