//! Every schedule goes where PyTorch's goes, from `reference/schedules.py`.

use std::collections::BTreeMap;

use backprop_optim::{Cosine, Exponential, OneCycle, ReduceOnPlateau, Schedule, StepDecay, Time, WarmUp};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    epochs: usize,
    steps_per_epoch: usize,
    losses: Vec<f64>,
    rates: BTreeMap<String, Vec<f64>>,
    plateaus: BTreeMap<String, Vec<f64>>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/schedules.json")).unwrap()
}

fn schedule(name: &str) -> Box<dyn Schedule> {
    match name {
        "step" => Box::new(StepDecay::new(2, 0.3)),
        "exponential" => Box::new(Exponential::new(0.8)),
        "cosine" => Box::new(Cosine::new().least(0.1)),
        "one cycle" => Box::new(OneCycle::new()),
        "one cycle settings" => Box::new(OneCycle::new().rising(0.5).divisions(10.0, 100.0)),
        "plateau" => Box::new(ReduceOnPlateau::new(0.5, 1)),
        "plateau settings" => Box::new(
            ReduceOnPlateau::new(0.1, 0)
                .threshold(0.1)
                .cooldown(2)
                .least(0.005),
        ),
        other => panic!("{other}"),
    }
}

#[test]
fn rates_are_those_of_pytorch() {
    let reference = reference();
    let steps = reference.epochs * reference.steps_per_epoch;
    for (name, rates) in reference.rates {
        for (step, rate) in rates.into_iter().enumerate() {
            let steps_per_epoch = reference.steps_per_epoch;
            let factor = schedule(&name).factor(Time {
                step,
                steps,
                steps_per_epoch,
            });
            assert!(
                (factor - rate).abs() < 1e-12,
                "{name}, step {step}: {factor}, not {rate}"
            );
        }
    }
}

#[test]
fn plateaus_are_those_of_pytorch_and_continue_from_their_state() {
    let reference = reference();
    for (name, rates) in reference.plateaus {
        let mut plateau = schedule(&name);
        for (loss, rate) in reference.losses.iter().zip(rates) {
            let mut resumed = schedule(&name);
            resumed.load_state(&plateau.state()).unwrap();
            plateau = resumed;
            plateau.observe(*loss);
            let factor = plateau.factor(Time {
                step: 0,
                steps: 1,
                steps_per_epoch: 1,
            });
            assert!((factor - rate).abs() < 1e-12, "{name}: {factor}, not {rate}");
        }
        assert!(plateau.load_state(&[1.0]).is_err());
    }
}

proptest! {
    /// At any time, even an impossible one, the factor is a number from 0 to 1.
    #[test]
    fn factors_are_finite(step: usize, steps: usize, steps_per_epoch: usize, warm_up: usize) {
        let time = Time { step: step % steps.max(1), steps, steps_per_epoch };
        for name in ["step", "exponential", "cosine", "one cycle", "plateau"] {
            for factor in [schedule(name).factor(time), WarmUp::new(warm_up, schedule(name)).factor(time)] {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&factor), "{name} {time:?}: {factor}");
            }
        }
    }

    /// It rises evenly, and meets the next one where that begins.
    #[test]
    fn warming_up_is_a_straight_line(warm_up in 0..50_usize, others in 1..50_usize) {
        let schedule = WarmUp::new(warm_up, |done: f64| 1.0 - done);
        let time = |step| Time { step, steps: warm_up + others, steps_per_epoch: 1 };
        for step in 0..warm_up {
            let rise = schedule.factor(time(step + 1)) - schedule.factor(time(step));
            prop_assert!((rise - 1.0 / (warm_up as f64 + 1.0)).abs() < 1e-12);
        }
        prop_assert_eq!(schedule.factor(time(warm_up)), 1.0);
        prop_assert_eq!(schedule.factor(time(warm_up + others - 1)), 1.0 - (others - 1) as f64 / others as f64);
    }
}
