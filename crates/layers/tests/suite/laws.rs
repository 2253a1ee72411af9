//! Every layer keeps the laws of layers.

use std::fmt::Debug;

use backprop_autodiff::{Tape, ops::FusedActivation};
use backprop_layers::*;
use backprop_tensor::{Rng, Tensor};
use backprop_testing::{Inputs, LayerCheck, inputs};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a layer of this crate is: plain data that can be cast.
trait Plain:
    Layer<f32>
    + Cast<With<f64>: Layer<f64>>
    + Clone
    + PartialEq
    + Debug
    + Send
    + Sync
    + Serialize
    + DeserializeOwned
    + 'static
{
}

impl<L> Plain for L where
    L: Layer<f32>
        + Cast<With<f64>: Layer<f64>>
        + Clone
        + PartialEq
        + Debug
        + Send
        + Sync
        + Serialize
        + DeserializeOwned
        + 'static
{
}

#[track_caller]
fn check(layer: impl Plain, inputs: Inputs) {
    let check = LayerCheck::<f32, _>::new(layer, inputs);
    if let Err(violation) = check
        .cloning()
        .serialization()
        .casting()
        .batch_independence()
        .run()
    {
        panic!("{violation}");
    }
}

/// A layer that has normalized batches, so that its running statistics are not those it began with.
fn used(mut layer: BatchNorm1d, shape: &[usize]) -> BatchNorm1d {
    let rng = &mut Rng::seed(5);
    for _ in 0..3 {
        let tape = Tape::training(0);
        let x = tape.variable(Tensor::normal(shape, 1.0, 2.0, rng).unwrap());
        let gradients = layer.forward(&x).sum(..).backward().unwrap();
        gradients.apply_state(&mut layer).unwrap();
    }
    layer
}

#[test]
fn batch_norm_keeps_the_layer_laws() {
    // A large ε, for the variance of two elements may be tiny, and the output then a jump.
    let with = |affine| BatchNorm1d::builder(3).epsilon(0.5).affine(affine).build();
    for layer in [with(true), used(with(true), &[8, 3]), used(with(false), &[8, 3])] {
        check(layer, inputs![2..8, 3]);
    }
    check(used(with(true), &[8, 3, 2]), inputs![1..4, 3, 2..4]);
}

#[test]
fn linear_keeps_the_layer_laws() {
    let rng = &mut Rng::seed(1);
    check(Linear::new(4, 3, rng), inputs![1..8, 4]);
    check(Linear::new(1, 1, rng), inputs![1..3, 1]);
    check(Linear::new(4, 3, rng), inputs![1..3, 2..4, 4].trials(3));
    check(Linear::builder(4, 3).bias(false).build(rng), inputs![1..8, 4]);
    for activation in [
        FusedActivation::Relu,
        FusedActivation::Tanh,
        FusedActivation::Sigmoid,
    ] {
        check(
            Linear::builder(4, 3).activation(activation).build(rng),
            inputs![1..8, 4].trials(3),
        );
    }
}

#[test]
fn linear_without_inputs_or_outputs_keeps_the_layer_laws() {
    let rng = &mut Rng::seed(1);
    check(Linear::new(0, 3, rng), inputs![1..8, 0].trials(2));
    check(Linear::new(3, 0, rng), inputs![1..8, 3].trials(2));
}

#[test]
fn frozen_parameters_keep_the_layer_laws() {
    let mut layer = Linear::new(4, 3, &mut Rng::seed(1));
    layer.weight.set_trainable(false);
    check(layer, inputs![1..8, 4]);
}

#[test]
fn dropout_noise_and_flatten_keep_the_layer_laws() {
    for p in [0.0, 0.3, 1.0] {
        check(Dropout::new(p), inputs![1..5, 4]);
    }
    for std in [0.0, 0.3] {
        check(GaussianNoise::new(std), inputs![1..5, 4]);
    }
    check(Flatten::new(), inputs![1..4, 2..4, 1..4]);
    check(Flatten::axes(-2, -1), inputs![1..4, 2..4, 1..4]);
}

/// Those that the compiler makes of a list: each is checked on inputs to both sides of its bends.
macro_rules! activations {
    ($($test:ident: $layer:expr;)*) => { $(
        #[test]
        fn $test() {
            check($layer, inputs![1..4, 2..5].between(-5.0, 5.0));
        }
    )* };
}
activations! {
    celu_keeps_the_layer_laws: Celu::new(0.7);
    elu_keeps_the_layer_laws: Elu::new(0.7);
    gelu_keeps_the_layer_laws: Gelu::new();
    gelu_tanh_keeps_the_layer_laws: Gelu::tanh();
    hard_sigmoid_keeps_the_layer_laws: HardSigmoid;
    hard_swish_keeps_the_layer_laws: HardSwish;
    hard_tanh_keeps_the_layer_laws: HardTanh::new(-2.0, 3.0);
    identity_keeps_the_layer_laws: Identity;
    leaky_relu_keeps_the_layer_laws: LeakyRelu::new(0.1);
    log_sigmoid_keeps_the_layer_laws: LogSigmoid;
    log_softmax_keeps_the_layer_laws: LogSoftmax::default();
    mish_keeps_the_layer_laws: Mish;
    prelu_keeps_the_layer_laws: Prelu::new();
    relu_keeps_the_layer_laws: Relu;
    relu6_keeps_the_layer_laws: Relu6;
    selu_keeps_the_layer_laws: Selu;
    sigmoid_keeps_the_layer_laws: Sigmoid;
    silu_keeps_the_layer_laws: Silu;
    softmax_keeps_the_layer_laws: Softmax::default();
    softplus_keeps_the_layer_laws: Softplus::new(0.5);
    softshrink_keeps_the_layer_laws: Softshrink::new(1.0);
    softsign_keeps_the_layer_laws: Softsign;
    tanh_keeps_the_layer_laws: Tanh;
    tanhshrink_keeps_the_layer_laws: Tanhshrink;
}

#[test]
fn layers_that_jump_keep_the_layer_laws() {
    // Their values jump, so they are checked on either side.
    check(Hardshrink::new(1.0), inputs![1..4, 2..5].between(1.5, 3.0));
    check(Hardshrink::new(1.0), inputs![1..4, 2..5].between(-0.5, 0.5));
    check(Heaviside::default(), inputs![1..4, 2..5].between(0.5, 3.0));
    check(Heaviside::new(0.5), inputs![1..4, 2..5].between(-3.0, -0.5));
    check(Sign, inputs![1..4, 2..5].between(0.5, 3.0));
    check(Sign, inputs![1..4, 2..5].between(-3.0, -0.5));
    // Three inputs from 0.8 on reach 2, and inhibit; up to 0.6 they do neither.
    check(ThresholdUnit::at_least(2, 3), inputs![1..4, 3].between(0.8, 1.0));
    check(ThresholdUnit::at_least(2, 3), inputs![1..4, 3].between(0.1, 0.6));
    check(
        ThresholdUnit::or(2).inhibited_by(1),
        inputs![1..4, 3].between(0.6, 1.0),
    );
    check(Threshold::new(1.0, -2.0), inputs![1..4, 2..5].between(1.5, 3.0));
    check(Threshold::new(1.0, -2.0), inputs![1..4, 2..5].between(-0.5, 0.5));
}

#[test]
fn layers_along_an_axis_keep_the_layer_laws() {
    check(Glu::default(), inputs![1..4, 4]);
    check(Glu::new(1), inputs![1..4, 6, 2]);
    check(Prelu::with(3, 0.1), inputs![1..4, 3, 2]);
    check(Softmax::new(1), inputs![1..4, 3, 2]);
    check(LogSoftmax::new(-2), inputs![1..4, 3, 2]);
}

#[test]
fn sequences_keep_the_layer_laws() {
    let rng = &mut Rng::seed(2);
    let model = sequential![
        Linear::new(4, 6, rng),
        Tanh,
        Dropout::new(0.3),
        Linear::new(6, 2, rng)
    ];
    check(model.clone(), inputs![1..6, 4]);
    check(sequential![model, LogSoftmax::default()], inputs![1..6, 4]);
    check(sequential![], inputs![1..4, 3]);
    check(
        Sequential::new([Linear::new(3, 3, rng), Linear::new(3, 3, rng)]),
        inputs![1..6, 3],
    );
    check(
        Sequential::new(vec![Linear::new(3, 3, rng), Linear::new(3, 3, rng)]),
        inputs![1..6, 3],
    );
    check(Some(Linear::new(3, 3, rng)), inputs![1..6, 3]);
    check(None::<Linear>, inputs![1..6, 3]);
    check(Box::new(Linear::new(3, 3, rng)), inputs![1..6, 3]);
}

#[test]
fn ensembles_keep_the_layer_laws() {
    let rng = &mut Rng::seed(3);
    for outputs in [3, 1] {
        let members: Vec<_> = (0..3).map(|_| Linear::new(4, outputs, rng)).collect();
        check(Ensemble::new(members.clone()), inputs![1..6, 4]);
        check(Ensemble::of_outputs(members), inputs![1..6, 4]);
    }
}

#[test]
fn boxed_layers_keep_the_layer_laws() {
    let rng = &mut Rng::seed(2);
    let mut model = Sequential::dynamic();
    model.push(Linear::new(4, 6, rng));
    model.push(Relu);
    model.push(Linear::new(6, 2, rng));
    if let Err(violation) = LayerCheck::new(model, inputs![1..6, 4])
        .cloning()
        .batch_independence()
        .run()
    {
        panic!("{violation}");
    }
}
