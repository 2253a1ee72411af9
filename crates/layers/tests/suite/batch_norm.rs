//! Batch normalization: the steps of PyTorch's, from `reference/batch_norm.py`, and what it must never do.

use backprop_autodiff::{Gradients, Param, Tape};
use backprop_layers::{BatchNorm1d, Layer};
use backprop_tensor::{Float, Rng, Tensor};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    features: usize,
    momentum: f64,
    epsilon: f64,
    weight: Option<Vec<f64>>,
    bias: Option<Vec<f64>>,
    training: Vec<Step>,
    #[serde(rename = "use")]
    in_use: Step,
}

#[derive(Deserialize)]
struct Step {
    input: Numbers,
    output: Numbers,
    gradient: Numbers,
    weight_gradient: Option<Numbers>,
    bias_gradient: Option<Numbers>,
    running_mean: Numbers,
    running_variance: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    shape: Vec<usize>,
    elements: Vec<f64>,
}

impl Numbers {
    fn tensor(&self) -> Tensor<f64> {
        Tensor::from_slice(&self.elements, &self.shape).unwrap()
    }
}

/// To rounding: of numbers of size 1, through sums of some dozen of them and divisions by deviations of 1/16 and more.
#[track_caller]
fn assert_close(what: &str, own: &Tensor<f64>, theirs: &Numbers) {
    assert_eq!(own.shape().dims(), theirs.shape, "{what}");
    for (own, theirs) in own.to_vec().iter().zip(&theirs.elements) {
        assert!(
            (own - theirs).abs() <= 1e-11 * (1.0 + theirs.abs()),
            "{what}: {own}, by PyTorch {theirs}"
        );
    }
}

/// Compares a pass, and gives what it leaves to be written.
fn compare(layer: &BatchNorm1d<f64>, step: &Step, tape: &Tape<f64>) -> Gradients<f64> {
    let x = tape.variable(step.input.tensor());
    let y = layer.forward(&x);
    let value = y.value().unwrap();
    assert_close("output", value, &step.output);
    let seed = Tensor::from_fn(value.shape(), |place| 1.5 + 0.25 * (place % 4) as f64).unwrap();
    let gradients = y.backward_from(seed).unwrap();
    assert_close("gradient", gradients.wrt(&x).unwrap(), &step.gradient);
    for (param, theirs) in [
        (&layer.weight, &step.weight_gradient),
        (&layer.bias, &step.bias_gradient),
    ] {
        if let (Some(param), Some(theirs)) = (param, theirs) {
            assert_close("gradient of a parameter", gradients.get(param).unwrap(), theirs);
        }
    }
    gradients
}

#[test]
fn steps_are_those_of_pytorch() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../reference/batch_norm.json")).unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let builder = BatchNorm1d::builder(case.features)
            .momentum(case.momentum)
            .epsilon(case.epsilon);
        let mut layer: BatchNorm1d<f64> = builder.affine(case.weight.is_some()).build_as();
        layer.weight = case.weight.map(|weight| Param::new(Tensor::from(weight)));
        layer.bias = case.bias.map(|bias| Param::new(Tensor::from(bias)));
        for step in &case.training {
            let gradients = compare(&layer, step, &Tape::training(0));
            gradients.apply_state(&mut layer).unwrap();
            assert_close("running mean", layer.running_mean.value(), &step.running_mean);
            assert_close(
                "running variance",
                layer.running_variance.value(),
                &step.running_variance,
            );
        }
        let gradients = compare(&layer, &case.in_use, &Tape::new());
        let before = layer.clone();
        gradients.apply_state(&mut layer).unwrap();
        assert_eq!(layer, before, "a pass in use changes nothing");
    }
}

proptest! {
    /// Whatever comes in, in training each feature comes out with mean 0 and variance 1 (but for ε), and shifting or scaling a feature changes
    /// nothing.
    #[test]
    fn features_are_brought_to_one_scale(n in 2..20_usize, length in 1..4_usize, shift in -50.0..50.0_f64, scale in 0.1..10.0_f64, seed: u64) {
        let layer: BatchNorm1d<f64> = BatchNorm1d::builder(3).epsilon(0.0).build_as();
        let x = Tensor::normal([n, 3, length], 0.0, 1.0, &mut Rng::seed(seed)).unwrap();
        let forward = |x: Tensor<f64>| layer.forward(&Tape::training(0).input(x)).into_value().unwrap();
        let y = forward(x.clone());
        for feature in 0..3 {
            let y = y.select(1, feature).unwrap();
            prop_assert!(y.mean(..).unwrap().item().unwrap().abs() < 1e-9);
            prop_assert!((y.var(.., 0).unwrap().item().unwrap() - 1.0).abs() < 1e-9);
        }
        let moved = forward(&x * scale + shift);
        for (a, b) in y.to_vec().into_iter().zip(moved.to_vec()) {
            prop_assert!((a - b).abs() < 1e-6 * (1.0 + a.abs()), "{} and {}", a, b);
        }
    }

    /// The running statistics become those of the data, if batches are alike.
    #[test]
    fn running_statistics_approach_those_of_the_data(mean in -5.0..5.0_f64, std in 0.5..3.0_f64, seed: u64) {
        let mut layer: BatchNorm1d<f64> = BatchNorm1d::builder(1).affine(false).build_as();
        let x = Tensor::normal([50, 1], mean, std, &mut Rng::seed(seed)).unwrap();
        for _ in 0..300 {
            let tape = Tape::training(0);
            let gradients = layer.forward(&tape.variable(x.clone())).sum(..).backward().unwrap();
            gradients.apply_state(&mut layer).unwrap();
        }
        // 0.9^300 of where it began is left.
        let close = |running: &Tensor<f64>, expected: Tensor<f64>| (running.item().unwrap() - expected.item().unwrap()).abs() < 1e-9;
        prop_assert!(close(layer.running_mean.value(), x.mean(..).unwrap()));
        prop_assert!(close(layer.running_variance.value(), x.var(.., 1).unwrap()));
    }
}

#[test]
fn a_single_sample_is_an_error_in_training_alone() {
    let layer = BatchNorm1d::new(2);
    let one = Tensor::<f32>::ones([1, 2]).unwrap();
    let error = layer
        .forward(&Tape::training(0).input(one.clone()))
        .into_value()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("[1, 2]") && error.contains("2 elements or more"),
        "{error}"
    );
    assert!(layer.forward(&Tape::inference().input(one)).into_value().is_ok());
}

#[test]
fn other_shapes_are_errors_that_say_what_is_right() {
    let layer = BatchNorm1d::new(3);
    for (shape, expected) in [
        (&[4, 2][..], "one number for each channel"),
        (&[4], "must be [n, features] or [n, features, length]"),
        (&[4, 3, 2, 2], "must be [n, features] or [n, features, length]"),
    ] {
        for tape in [Tape::training(0), Tape::inference()] {
            let x = tape.input(Tensor::<f32>::ones(shape).unwrap());
            let error = layer.forward(&x).into_value().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}

/// A weight without a bias is one with a bias of 0, a bias without a weight one with a weight of 1; in training and in use, with their gradients.
#[test]
fn a_weight_or_a_bias_by_itself() {
    let whole = |weight: [f64; 2], bias: [f64; 2]| {
        let mut layer: BatchNorm1d<f64> = BatchNorm1d::builder(2).build_as();
        (layer.weight, layer.bias) = (
            Some(Param::new(Tensor::from(weight))),
            Some(Param::new(Tensor::from(bias))),
        );
        layer
    };
    let mut without_bias = whole([2.0, -0.5], [0.0; 2]);
    let with_zeros = without_bias.clone();
    without_bias.bias = None;
    let mut without_weight = whole([1.0; 2], [3.0, -4.0]);
    let with_ones = without_weight.clone();
    without_weight.weight = None;
    for (part, whole) in [(&without_bias, &with_zeros), (&without_weight, &with_ones)] {
        for tape in [|| Tape::training(0), Tape::new] {
            let x = Tensor::from([[1.0, 2.0], [3.0, 2.5], [-1.0, 7.0]]);
            let pass = |layer: &BatchNorm1d<f64>| {
                let x = tape().variable(x.clone());
                let y = layer.forward(&x);
                let gradients = y.square().sum(..).backward().unwrap();
                let of = |param: &Option<Param<f64>>| {
                    let gradient = param.as_ref().and_then(|param| gradients.get(param));
                    gradient.cloned()
                };
                let value = y.value().unwrap().clone();
                (
                    value,
                    gradients.wrt(&x).unwrap().clone(),
                    of(&layer.weight),
                    of(&layer.bias),
                )
            };
            let (part_of, whole_of) = (pass(part), pass(whole));
            assert_eq!((part_of.0, part_of.1), (whole_of.0, whole_of.1));
            assert_eq!(part_of.2, part.weight.as_ref().and(whole_of.2));
            assert_eq!(part_of.3, part.bias.as_ref().and(whole_of.3));
        }
    }
    assert_eq!(format!("{without_bias:?}"), "BatchNorm1d(2, no bias)");
    assert_eq!(format!("{without_weight:?}"), "BatchNorm1d(2, no weight)");
    assert_eq!(format!("{with_ones:?}"), "BatchNorm1d(2)");
}

/// Batches of features from one end of the range to the other come out as those of ordinary size do, and leave the running statistics they should.
#[test]
fn statistics_at_the_ends_of_the_range() {
    fn check<T: Float>(scales: &[f64]) {
        for &scale in scales {
            let mut layer: BatchNorm1d<T> = BatchNorm1d::builder(1).epsilon(0.0).build_as();
            let x = Tensor::from([[1.0], [2.0], [4.0]].map(|x| x.map(|x| T::from_f64(x * scale))));
            let tape = Tape::training(0);
            let y = layer.forward(&tape.input(x));
            let gradients = y.sum(..).backward().unwrap();
            gradients.apply_state(&mut layer).unwrap();
            // (1, 2, 4) - 7/3, divided by the root of 14/9.
            let right = [-4.0, -1.0, 5.0].map(|x: f64| x / 14_f64.sqrt());
            let near = |got: T, right: f64| {
                let got = got.to_f64();
                let bound = 8.0 * T::EPSILON.to_f64() * right.abs();
                assert!(
                    got == right || (got - right).abs() <= bound,
                    "{got:e} for {right:e} at {scale:e}"
                );
            };
            for (got, right) in y.value().unwrap().to_vec().into_iter().zip(right) {
                near(got, right);
            }
            near(
                layer.running_mean.value().item().unwrap(),
                0.1 * scale * 7.0 / 3.0,
            );
            // With Bessel's correction 7/3, and by what the type can hold.
            let variance = T::from_f64(0.9 + 0.1 * scale * 7.0 / 3.0 * scale).to_f64();
            near(layer.running_variance.value().item().unwrap(), variance);
        }
    }
    check::<f32>(&[1.0, 3e18, 3e19, 1e25, 1e-25]);
    check::<f64>(&[1.0, 1e154, 2e154, 1e155, 1e-170]);
}
