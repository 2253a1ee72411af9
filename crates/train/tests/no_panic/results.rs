//! What a training or a search gave, whatever its numbers.

use std::time::Duration;

use backprop_tensor::{Rng, Tensor};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Source};
use backprop_train::{Error, Evaluation, History, StopHandle, TimeLimit, bias_variance};

use super::seen;

pub(super) fn losses(s: &mut Source) -> Vec<f64> {
    let most = if s.seldom(4) { 40 } else { 8 };
    (0..s.rng.below(most)).map(|_| s.real()).collect()
}

fn history(s: &mut Source) -> History {
    let (train, validation) = (losses(s), losses(s));
    let mut history = History::of_losses(&train, &validation);
    history.baseline = s.flag().then(|| s.real());
    if s.seldom(4) && !history.epochs.is_empty() {
        let place = s.rng.below(history.epochs.len());
        history.epochs[place].validation = s.flag().then(|| Evaluation::new(s.real()));
        history.epochs[place].epoch = s.length();
        history.epochs[place].seconds = s.real();
    }
    history
}

pub(super) fn name(s: &mut Source) -> &'static str {
    ["a", "b", "loss", ""][s.rng.below(4)]
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        history |s| {
            let (history, name) = (history(s), name(s));
            let values = (history.train(name), history.validation(name), history.gaps());
            format!("{values:?} {:?} {:?} {}", history.last(), history.best().map(|best| best.judged()), history.seconds())
        };
        diagnosis |s| {
            let diagnosis = history(s).diagnosis();
            format!("{diagnosis} {diagnosis:?}")
        };
        values |s| {
            let mut evaluation = Evaluation::new(s.real());
            evaluation.metrics.extend([("a".to_owned(), s.real()), (String::new(), s.real())]);
            format!("{:?} {}", evaluation.get(name(s)), evaluation.values().count())
        };
        bias_variance |s| {
            let (models, points) = (s.rng.below(4), s.rng.below(4));
            let mut some = |shape: &[usize]| if s.seldom(6) { s.tensor() } else { s.of_shape(shape) };
            let [predictions, truth, targets]: [Tensor<f32>; 3] = [some(&[models, points]), some(&[points]), some(&[models, points])];
            let parts = bias_variance(&predictions, &truth, &targets);
            match &parts {
                Ok(parts) => format!("{parts} {} {}", parts.sum(), parts.chance()),
                Err(_) => seen(&parts),
            }
        };
        stop |s| {
            let handle = StopHandle::new();
            handle.stop();
            let was = handle.is_stopped();
            handle.reset();
            (was, s.flag())
        };
        time_limit |s| format!("{:?}", TimeLimit::new(Duration::from_nanos(s.length() as u64)));
        other |s| seen::<()>(&Err(Error::other(format!("{:?}", Rng::seed(s.length() as u64)))));
    }
}

/// Once in a program: the second time there is a handler.
#[cfg(feature = "ctrlc")]
#[test]
fn there_is_one_handler_of_signals() {
    assert!(StopHandle::on_ctrl_c().is_ok());
    assert!(StopHandle::on_ctrl_c().is_err());
}
