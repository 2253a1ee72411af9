//! The linear layer against its formula.

use backprop_autodiff::ops::FusedActivation;
use backprop_autodiff::{Module, Tape};
use backprop_layers::{Initializer, Layer, Linear};
use backprop_tensor::{Rng, Tensor};
use backprop_testing::strategies::{shapes_of_rank, tensors};
use proptest::prelude::*;

/// `y[n, o] = b[o] + Σᵢ x[n, i] W[o, i]`, as it is written.
fn model(x: &Tensor<f64>, weight: &Tensor<f64>, bias: &Tensor<f64>) -> Vec<f64> {
    let [rows, inputs, outputs] = [x.shape()[0], x.shape()[1], weight.shape()[0]];
    let element = |n: usize, o: usize| {
        let products = (0..inputs).map(|i| x.get([n, i]).unwrap() * weight.get([o, i]).unwrap());
        bias.get([o]).unwrap() + products.sum::<f64>()
    };
    (0..rows)
        .flat_map(|n| (0..outputs).map(move |o| (n, o)))
        .map(|(n, o)| element(n, o))
        .collect()
}

proptest! {
    #[test]
    fn it_is_its_formula(
        (x, weight, bias) in (shapes_of_rank(2), 1..4_usize).prop_flat_map(|(shape, outputs)| {
            let inputs = shape[1];
            (tensors(Just(shape)), tensors(Just(vec![outputs, inputs])), tensors(Just(vec![outputs])))
        })
    ) {
        let layer = Linear::from_parts(weight.clone(), Some(bias.clone().into()));
        let y = layer.forward(&Tape::inference().input(x.clone())).into_value().unwrap();
        for (y, expected) in y.to_vec().into_iter().zip(model(&x, &weight, &bias)) {
            prop_assert!((y - expected).abs() <= 1e-12 * (1.0 + expected.abs()));
        }
    }

    #[test]
    fn an_activation_in_the_same_pass_is_the_activation_after_it(x in tensors::<f64>(shapes_of_rank(2))) {
        let inputs = x.shape()[1];
        let fused = |activation| {
            let layer = Linear::builder(inputs, 3).activation(activation).build_as::<f64>(&mut Rng::seed(5));
            layer.forward(&Tape::inference().input(x.clone())).into_value().unwrap()
        };
        let bare = fused(FusedActivation::Identity);
        let apart = [
            (FusedActivation::Relu, bare.relu().unwrap()),
            (FusedActivation::Tanh, bare.tanh().unwrap()),
            (FusedActivation::Sigmoid, bare.sigmoid().unwrap()),
        ];
        for (activation, apart) in apart {
            for (x, y) in fused(activation).to_vec().into_iter().zip(apart.to_vec()) {
                prop_assert!((x - y).abs() <= 1e-14);
            }
        }
    }
}

#[test]
fn weights_and_bias_begin_between_one_over_the_root_of_the_inputs() {
    let layer = Linear::new(400, 50, &mut Rng::seed(3));
    for param in layer.parameters() {
        let values = param.value().to_vec();
        assert!(values.iter().all(|x| x.abs() <= 0.05));
        let mean_square = values.iter().map(|x| x * x).sum::<f32>() / values.len() as f32;
        // That of a uniform distribution is a third of the bound's square.
        assert!(
            (mean_square * 3.0 / (0.05 * 0.05) - 1.0).abs() < 0.3,
            "{mean_square}"
        );
    }
}

#[test]
fn the_builder_sets_what_it_says() {
    let rng = &mut Rng::seed(0);
    let layer = Linear::builder(3, 2)
        .weight(Initializer::Ones)
        .bias_values(Initializer::Constant { value: 0.5 })
        .build(rng);
    assert_eq!(layer.weight.value(), &Tensor::ones([2, 3]).unwrap());
    assert_eq!(
        layer.bias.as_ref().map(|bias| bias.value().to_vec()),
        Some(vec![0.5, 0.5])
    );
    assert_eq!((layer.inputs(), layer.outputs()), (3, 2));
    assert!(Linear::builder(3, 2).bias(false).build(rng).bias.is_none());
}

#[test]
fn the_same_seed_gives_the_same_weights_of_any_element() {
    let build = || Linear::builder(5, 4).build_as::<f64>(&mut Rng::seed(9));
    assert_eq!(build(), build());
    let (single, double) = (
        Linear::new(5, 4, &mut Rng::seed(9)).weight.value().to_vec(),
        build().weight.value().to_vec(),
    );
    for (single, double) in single.into_iter().zip(double) {
        assert!((f64::from(single) - double).abs() <= f64::from(f32::EPSILON));
    }
    assert_ne!(build(), Linear::builder(5, 4).build_as::<f64>(&mut Rng::seed(10)));
}

#[test]
fn what_it_prints_can_be_read() {
    let rng = &mut Rng::seed(0);
    let build = Linear::builder(784, 10);
    assert_eq!(format!("{:?}", build.clone().build(rng)), "Linear(784 -> 10)");
    let layer = build.bias(false).activation(FusedActivation::Tanh).build(rng);
    assert_eq!(format!("{layer:?}"), "Linear(784 -> 10, no bias, Tanh)");
}

#[test]
fn sizes_that_cannot_be_are_an_error_of_the_first_use() {
    for (inputs, outputs) in [
        (usize::MAX, 2),
        (2, usize::MAX),
        (usize::MAX, usize::MAX),
        (1 << 40, 1 << 10),
    ] {
        let layer = Linear::new(inputs, outputs, &mut Rng::seed(0));
        assert!(format!("{layer:?}").starts_with("Linear(failed: "), "{layer:?}");
        let tape = Tape::inference();
        let error = layer
            .forward(&tape.input(Tensor::ones([1, 2]).unwrap()))
            .value()
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("parameter: "), "{error}");
    }
}

#[test]
fn an_input_that_does_not_fit_is_told_with_the_line_of_the_program() {
    let layer = Linear::new(4, 2, &mut Rng::seed(0));
    let tape = Tape::inference();
    let y = layer.forward(&tape.input(Tensor::ones([3, 5]).unwrap()));
    let line = line!() - 1;
    let error = y.value().unwrap_err();
    assert!(error.to_string().contains("[3, 5]"), "{error}");
    let location = error.location().unwrap();
    assert_eq!((location.file(), location.line()), (file!(), line));
}
