//! Every optimizer takes the steps that PyTorch's takes, from `reference/make.py`.

use std::collections::BTreeMap;

use backprop_autodiff::{Param, Tape};
use backprop_optim::{Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd};
use backprop_tensor::Tensor;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    trajectories: BTreeMap<String, Vec<Vec<f64>>>,
}

fn optimizer(name: &str) -> Box<dyn Optimizer<f64>> {
    match name {
        "sgd" => Box::new(Sgd::new(0.1)),
        "sgd weight decay" => Box::new(Sgd::new(0.1).weight_decay(0.2)),
        "sgd momentum" => Box::new(Sgd::new(0.1).momentum(0.9).weight_decay(0.1)),
        "sgd dampening" => Box::new(Sgd::new(0.1).momentum(0.8).dampening(0.3)),
        "sgd nesterov" => Box::new(Sgd::new(0.1).momentum(0.9).nesterov(true).weight_decay(0.1)),
        "adam" => Box::new(Adam::new(0.01)),
        "adam settings" => Box::new(Adam::new(0.02).betas(0.8, 0.9).epsilon(1e-3).weight_decay(0.1)),
        "adamw" => Box::new(AdamW::new(0.01)),
        "adamw settings" => Box::new(AdamW::new(0.02).betas(0.8, 0.9).epsilon(1e-3).weight_decay(0.3)),
        "rmsprop" => Box::new(RmsProp::new(0.01)),
        "rmsprop settings" => Box::new(
            RmsProp::new(0.01)
                .alpha(0.9)
                .epsilon(1e-3)
                .momentum(0.5)
                .weight_decay(0.1),
        ),
        "rmsprop centered" => Box::new(RmsProp::new(0.01).centered(true).momentum(0.5)),
        "rmsprop centered alone" => Box::new(RmsProp::new(0.01).centered(true).weight_decay(0.1)),
        "adagrad" => Box::new(Adagrad::new(0.1)),
        "adagrad settings" => Box::new(
            Adagrad::new(0.1)
                .learning_rate_decay(0.5)
                .epsilon(1e-3)
                .weight_decay(0.1),
        ),
        other => panic!("{other} is in the reference, but not in this test"),
    }
}

#[test]
fn steps_are_those_of_pytorch() {
    let reference: Reference = serde_json::from_str(include_str!("../reference/trajectories.json")).unwrap();
    assert!(reference.trajectories.len() >= 15);
    for (name, trajectory) in &reference.trajectories {
        let mut optimizer = optimizer(name);
        let mut param = Param::new(Tensor::from(reference.start.clone()));
        for (step, (gradient, expected)) in reference.gradients.iter().zip(trajectory).enumerate() {
            // The derivative of w g is g.
            let tape = Tape::new();
            let loss = (tape.param(&param) * tape.input(Tensor::from(gradient.clone()))).sum(..);
            optimizer.step(&mut param, &loss.backward().unwrap()).unwrap();
            for (found, expected) in param.value().to_vec().iter().zip(expected) {
                let difference = (found - expected).abs();
                assert!(
                    difference <= 1e-13 * (1.0 + expected.abs()),
                    "{name}, step {step}: {found} is not {expected}"
                );
            }
        }
    }
}
