//! What a group sets holds for its parameters alone, and as if the whole optimizer had been set so.

use backprop_autodiff::{Gradients, Param, Tape};
use backprop_optim::{Adagrad, Adam, AdamW, Group, Optimizer, RmsProp, Sgd};
use backprop_tensor::{Rng, Tensor};

type Model = [Param<f64>; 2];

fn gradients(model: &Model, rng: &mut Rng) -> Gradients<f64> {
    let tape = Tape::new();
    let upstream = Tensor::normal([5], 0.0, 1.0, rng).unwrap();
    let [a, b] = model
        .each_ref()
        .map(|param| (tape.param(param) * tape.input(upstream.clone())).sum(..));
    (a + b).backward().unwrap()
}

fn train(mut optimizer: impl Optimizer<f64>) -> [Tensor<f64>; 2] {
    let rng = &mut Rng::seed(7);
    let mut model: Model =
        [0, 1].map(|_| Param::new(Tensor::normal([5], 0.0, 1.0, &mut Rng::seed(3)).unwrap()));
    for _ in 0..4 {
        let gradients = gradients(&model, rng);
        optimizer.step(&mut model, &gradients).unwrap();
    }
    model.map(|param| param.value().clone())
}

/// `$rate` and `$decay` for the whole model, and for the second parameter by a group of an optimizer with others.
macro_rules! check {
    ($($name:ident: |$rate:ident, $decay:ident| $new:expr;)*) => { $(
        #[test]
        fn $name() {
            let new = |$rate: f64, $decay: f64| $new;
            let group = || Group::matching("1");
            // Powers of two, so that products are exact.
            let both = train(new(0.25, 0.5).group(group().learning_rate_factor(0.5).weight_decay(0.125)));
            let [first, _] = train(new(0.25, 0.5));
            let [_, second] = train(new(0.125, 0.125));
            assert_eq!(both, [first.clone(), second.clone()]);
            let rate = train(new(0.25, 0.5).group(group().learning_rate_factor(0.5)));
            assert_eq!(rate, [first.clone(), train(new(0.125, 0.5))[1].clone()]);
            let decay = train(new(0.25, 0.5).group(group().weight_decay(0.0)));
            assert_eq!(decay, [first.clone(), train(new(0.25, 0.0))[1].clone()]);
            assert_ne!(first, second);
            assert_ne!(rate[1], second);
            // A rate of 0 leaves a parameter where it is, whatever its decay.
            let frozen = train(new(0.25, 0.5).group(group().learning_rate_factor(0.0)));
            let start = Tensor::normal([5], 0.0, 1.0, &mut Rng::seed(3)).unwrap();
            assert_eq!(frozen, [first, start.clone()]);
            // The first group that sets something decides, as for a group within a group.
            let nested = new(0.25, 0.5).group(group().learning_rate_factor(0.5));
            let nested = nested.group(Group::matching("*").learning_rate_factor(0.0).weight_decay(0.125));
            assert_eq!(train(nested), [start, second]);
            // One that is added between two steps holds from the next one on.
            let mut optimizer = new(0.25, 0.0);
            let mut model: Model = [0, 1].map(|_| Param::new(Tensor::ones([5]).unwrap()));
            let gradients = gradients(&model, &mut Rng::seed(0));
            optimizer.step(&mut model, &gradients).unwrap();
            let before = model.each_ref().map(|param| param.value().clone());
            let mut optimizer = optimizer.group(Group::matching("1").learning_rate_factor(0.0));
            optimizer.step(&mut model, &gradients).unwrap();
            let after = model.each_ref().map(|param| param.value().clone());
            assert_eq!((before[0] != after[0], &before[1]), (true, &after[1]));
        }
    )* };
}

check! {
    sgd: |rate, decay| Sgd::new(rate).weight_decay(decay);
    sgd_decoupled: |rate, decay| Sgd::new(rate).decoupled_weight_decay(decay);
    momentum: |rate, decay| Sgd::new(rate).momentum(0.5).weight_decay(decay);
    momentum_decoupled: |rate, decay| Sgd::new(rate).momentum(0.5).decoupled_weight_decay(decay);
    nesterov: |rate, decay| Sgd::new(rate).momentum(0.5).nesterov(true).weight_decay(decay);
    adam: |rate, decay| Adam::new(rate).weight_decay(decay);
    adamw: |rate, decay| AdamW::new(rate).weight_decay(decay);
    rmsprop: |rate, decay| RmsProp::new(rate).weight_decay(decay);
    rmsprop_centered: |rate, decay| RmsProp::new(rate).momentum(0.5).centered(true).weight_decay(decay);
    adagrad: |rate, decay| Adagrad::new(rate).learning_rate_decay(0.25).weight_decay(decay);
}

/// A rate that changes holds from the next step on, for groups too.
#[test]
fn a_rate_holds_from_the_next_step() {
    let mut model: Model = [0, 1].map(|_| Param::new(Tensor::ones([5]).unwrap()));
    let mut step = |optimizer: &mut Sgd<f64>| {
        let tape = Tape::new();
        let loss = tape.param(&model[0]).sum(..) + tape.param(&model[1]).sum(..);
        optimizer.step(&mut model, &loss.backward().unwrap()).unwrap();
        model.each_ref().map(|param| param.value().get([4]).unwrap())
    };
    let mut optimizer = Sgd::new(0.5).group(Group::matching("1").learning_rate_factor(2.0));
    assert_eq!(step(&mut optimizer), [0.5, 0.0]);
    optimizer.set_learning_rate(0.25);
    assert_eq!(step(&mut optimizer), [0.25, -0.5]);
}
