//! Every schedule goes where PyTorch's goes, from `reference/schedules.py`.

use std::collections::BTreeMap;

use backprop_autodiff::{Param, Tape};
use backprop_optim::{
    Cosine, Exponential, Group, OneCycle, Optimizer, ReduceOnPlateau, Schedule, Scheduler, Sgd, StepDecay,
    Time, WarmUp,
};
use backprop_tensor::Tensor;
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
    serde_json::from_str(include_str!("../reference/schedules.json")).unwrap()
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

/// The learning rates that a loop sees, epoch by epoch with a loss after each.
fn rates<S: Schedule>(scheduler: &mut Scheduler<S>, losses: &[f64], steps_per_epoch: usize) -> Vec<f64> {
    let mut optimizer: Box<dyn Optimizer> = Box::new(Sgd::new(7.0));
    let mut rates = Vec::new();
    for &loss in losses {
        for _ in 0..steps_per_epoch {
            scheduler.step(&mut optimizer);
            rates.push(optimizer.learning_rate());
        }
        scheduler.observe(loss);
    }
    rates
}

#[test]
fn a_scheduler_sets_the_rates_of_pytorch() {
    let reference = reference();
    let (epochs, steps_per_epoch) = (reference.epochs, reference.steps_per_epoch);
    for (name, expected) in &reference.rates {
        let mut scheduler = Scheduler::new(schedule(name), 0.25, epochs, steps_per_epoch);
        let set = rates(&mut scheduler, &vec![1.0; epochs], steps_per_epoch);
        assert_eq!(set.len(), expected.len());
        for (step, (rate, factor)) in set.into_iter().zip(expected).enumerate() {
            assert!(
                (rate - 0.25 * factor).abs() < 1e-12,
                "{name}, step {step}: {rate}"
            );
            assert_eq!(scheduler.learning_rate(step), rate);
        }
    }
    for (name, expected) in &reference.plateaus {
        let mut scheduler = Scheduler::new(schedule(name), 0.25, reference.losses.len(), 3);
        let set = rates(&mut scheduler, &reference.losses, 3);
        // The reference is after the loss of each epoch, in the steps of the next one.
        for (rates, factor) in set[3..].chunks(3).zip(expected) {
            assert!(
                rates.iter().all(|rate| (rate - 0.25 * factor).abs() < 1e-12),
                "{name}: {rates:?}"
            );
        }
    }
}

/// In the middle of an epoch, with a schedule that counts steps and one that remembers losses.
#[test]
fn a_scheduler_goes_on_where_it_was() {
    fn check<S: Schedule>(new: impl Fn() -> S) {
        let losses = [3.0, 2.0, 2.0, 2.0, 2.0, 2.0];
        let whole = rates(&mut Scheduler::new(new(), 0.1, 6, 5), &losses, 5);
        let mut first = Scheduler::new(new(), 0.1, 6, 5);
        rates(&mut first, &losses[..4], 5);
        let mut optimizer: Sgd = Sgd::new(0.0);
        first.step(&mut optimizer);
        first.step(&mut optimizer);
        let mut again = Scheduler::new(new(), 0.1, 6, 5);
        again.load_state(&first.state()).unwrap();
        let rest: Vec<f64> = (0..3)
            .map(|_| {
                again.step(&mut optimizer);
                optimizer.learning_rate()
            })
            .collect();
        assert_eq!(rest, whole[22..25]);
        again.observe(losses[4]);
        assert_eq!(rates(&mut again, &losses[5..], 5), whole[25..]);
        // After the end, it stays where it is.
        again.step(&mut optimizer);
        let end = optimizer.learning_rate();
        again.step(&mut optimizer);
        assert_eq!(
            (optimizer.learning_rate(), again.learning_rate(usize::MAX)),
            (end, end)
        );
        for state in [
            vec![],
            vec![-1.0],
            vec![0.5],
            vec![f64::NAN],
            [first.state(), vec![1.0]].concat(),
        ] {
            let before = again.state();
            assert!(again.load_state(&state).is_err(), "{state:?}");
            assert_eq!(again.state(), before);
        }
    }
    check(Cosine::new);
    check(|| WarmUp::new(7, OneCycle::new()));
    check(|| WarmUp::new(3, ReduceOnPlateau::new(0.5, 0)));
    check(|| |done: f64| 1.0 - done);
}

#[test]
fn groups_have_their_part_of_what_a_scheduler_sets() {
    let mut model = [Param::new(Tensor::from(0.0_f64)), Param::new(Tensor::from(0.0))];
    let group = Group::matching("1").learning_rate_factor(0.5);
    let mut optimizer = Sgd::new(8.0).group(group);
    let scheduler = Scheduler::new(Exponential::new(0.25), 2.0, 2, 3);
    let mut expected = [0.0, 0.0];
    for step in 0..6 {
        scheduler.apply(&mut optimizer, step);
        let tape = Tape::new();
        let loss = tape.param(&model[0]) + tape.param(&model[1]);
        optimizer.step(&mut model, &loss.backward().unwrap()).unwrap();
        let rate = if step < 3 { 2.0 } else { 0.5 };
        expected = [expected[0] - rate, expected[1] - 0.5 * rate];
        assert_eq!(
            model.each_ref().map(|param| param.value().item().unwrap()),
            expected
        );
    }
    Scheduler::new(|_: f64| f64::NAN, 2.0, 2, 3).apply(&mut optimizer, 0);
    let loss = Tape::new().param(&model[0]).square();
    assert!(optimizer.step(&mut model, &loss.backward().unwrap()).is_err());
}

/// A schedule behind a warm-up is told the losses, and saved with it; in a box too.
#[test]
fn warming_up_passes_losses_on() {
    let plateau = || ReduceOnPlateau::new(0.5, 1);
    let (mut alone, mut behind) = (plateau(), WarmUp::new(2, plateau()));
    let mut boxed: Box<dyn Schedule> = Box::new(WarmUp::new(2, plateau()));
    let time = Time {
        step: 30,
        steps: 100,
        steps_per_epoch: 10,
    };
    let mut factors = Vec::new();
    for loss in [3.0, 2.0, 2.0, 2.5, 2.0, 1.0, 1.0, 1.0] {
        alone.observe(loss);
        behind.observe(loss);
        boxed.observe(loss);
        factors.push(alone.factor(time));
        assert_eq!(
            (behind.factor(time), boxed.factor(time)),
            (alone.factor(time), alone.factor(time))
        );
        assert_eq!((behind.state(), boxed.state()), (alone.state(), alone.state()));
        let mut again = WarmUp::new(2, plateau());
        again.load_state(&alone.state()).unwrap();
        assert_eq!(again, behind);
    }
    assert_eq!(factors, [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25]);
}
