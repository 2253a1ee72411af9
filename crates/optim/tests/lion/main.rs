//! The optimizer of the documentation's example, `rule.rs`: its formula, and the laws of optimizers.

mod rule;

use backprop_autodiff::{Param, Tape};
use backprop_optim::{Error, Group, Optimizer};
use backprop_tensor::{Float, Rng, Tensor, set_threads};
use backprop_testing::OptimizerCheck;
use rule::Lion;

/// The formula of Chen et al. (2023), Program 1, for one weight; `sign(0)` is 0.
fn by_hand(w: f64, m: f64, g: f64, [rate, decay, beta1, beta2]: [f64; 4]) -> (f64, f64) {
    let update = match beta1 * m + g * (1.0 - beta1) {
        0.0 => 0.0,
        direction => direction.signum(),
    };
    (w - rate * (update + decay * w), beta2 * m + g * (1.0 - beta2))
}

/// Trajectories within so many roundings of the formula's.
fn check<T: Float>() {
    let rng = &mut Rng::seed(3);
    let [rate, decay, beta1, beta2] = [0.01, 0.1, 0.75, 0.875];
    let mut optimizer = Lion::<T>::new(rate)
        .weight_decay(decay)
        .with(|lion| (lion.beta1, lion.beta2) = (beta1, beta2))
        .group(Group::matching("1").learning_rate_factor(0.5).weight_decay(0.0));
    let mut model = [0, 1].map(|_| Param::new(Tensor::normal([9], T::ZERO, T::ONE, rng).unwrap()));
    let mut expected = model.each_ref().map(|param| {
        param
            .value()
            .to_vec()
            .iter()
            .map(|w| (w.to_f64(), 0.0))
            .collect::<Vec<_>>()
    });
    for step in 0..20 {
        let gradient = [0, 1].map(|_| Tensor::normal([9], T::ZERO, T::ONE, rng).unwrap());
        // At some step, none at all.
        let gradient = if step == 7 {
            [Tensor::zeros([9]).unwrap(), Tensor::zeros([9]).unwrap()]
        } else {
            gradient
        };
        let tape = Tape::new();
        let [a, b] = [0, 1].map(|i| (tape.param(&model[i]) * tape.input(gradient[i].clone())).sum(..));
        optimizer.step(&mut model, &(a + b).backward().unwrap()).unwrap();
        let settings = [[rate, decay, beta1, beta2], [0.5 * rate, 0.0, beta1, beta2]];
        for ((weights, gradient), settings) in expected.iter_mut().zip(&gradient).zip(settings) {
            for ((w, m), g) in weights.iter_mut().zip(gradient.to_vec()) {
                (*w, *m) = by_hand(*w, *m, g.to_f64(), settings);
            }
        }
    }
    // Two products and a sum round in each step, of weights below 4.
    let tolerance = 20.0 * 3.0 * 4.0 * T::EPSILON.to_f64();
    for (param, expected) in model.iter().zip(&expected) {
        for (found, (expected, _)) in param.value().to_vec().iter().zip(expected) {
            assert!(
                (found.to_f64() - expected).abs() <= tolerance,
                "{found} is not {expected}"
            );
        }
    }
}

#[test]
fn steps_are_those_of_the_formula() {
    check::<f32>();
    check::<f64>();
}

#[test]
fn a_direction_of_0_is_no_step_and_nan_is_nan() {
    let mut w = Param::new(Tensor::from([1.0_f32, 2.0, 3.0]));
    let tape = Tape::new();
    let loss = (tape.param(&w) * tape.input(Tensor::from([0.0, f32::NAN, -1.0]))).sum(..);
    let mut lion = Lion::new(0.5);
    lion.step(&mut w, &loss.backward().unwrap()).unwrap();
    let found = w.value().to_vec();
    assert_eq!((found[0], found[2]), (1.0, 3.5));
    assert!(found[1].is_nan());
}

#[test]
fn it_keeps_the_laws_of_optimizers() {
    let _ = set_threads(2);
    OptimizerCheck::new(|| Lion::<f32>::new(0.01).weight_decay(0.1))
        .refuses(|| Lion::new(0.01).with(|lion| lion.beta1 = 1.0))
        .refuses(|| Lion::new(0.01).with(|lion| lion.beta2 = -0.5))
        .run()
        .unwrap();
    OptimizerCheck::new(|| Lion::<f64>::new(0.01)).run().unwrap();
}

/// It is written and read back as the built-in ones are.
#[test]
fn it_is_saved_with_its_settings() {
    let mut w = Param::new(Tensor::from([1.0_f32, -2.0]));
    let mut lion = Lion::new(0.5).weight_decay(0.25).with(|lion| lion.beta2 = 0.5);
    let gradients = Tape::new().param(&w).square().sum(..).backward().unwrap();
    lion.step(&mut w, &gradients).unwrap();
    let json = serde_json::to_string(&lion).unwrap();
    let mut read: Lion = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (read.rule().beta2, read.name(), read.learning_rate()),
        (0.5, "Lion", 0.5)
    );
    let mut same = w.clone();
    for (lion, w) in [(&mut lion, &mut w), (&mut read, &mut same)] {
        let gradients = Tape::new().param(w).square().sum(..).backward().unwrap();
        lion.step(w, &gradients).unwrap();
    }
    assert_eq!(same, w);
    lion.set_learning_rate(f64::NAN);
    let error = lion.step(&mut w, &gradients).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Setting {
                optimizer: "Lion",
                ..
            }
        ),
        "{error}"
    );
}
