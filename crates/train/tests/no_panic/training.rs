//! Training with any settings on any data: models and data are tiny.

use std::time::Duration;

use backprop_datasets::TensorDataset;
use backprop_layers::{Layer, Linear};
use backprop_optim::{Cosine, Exponential, OneCycle, ReduceOnPlateau, Sgd, StepDecay, WarmUp};
use backprop_tensor::{Numeric, Tensor};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, Source};
use backprop_train::{
    ClassWeights, EarlyStopping, ElasticNet, Epoch, Error, Loss, MaxNorm, MeanSquaredError, OnEpoch, OnStep,
    Progress, Step, StopHandle, StopOnNan, TimeLimit, Trainer, Training, Validation, cross_validate, predict,
    predict_classes, predict_labels, predict_probabilities,
};

use super::losses::{AnyLoss, loss};
use super::metrics::metric;
use super::seen;

pub(super) type Data<Y> = TensorDataset<f32, Y>;
pub(super) type Any<Y> = Trainer<AnyLoss<Y>, Sgd, Y>;

/// Mostly such that a linear model can learn them.
pub(super) fn data<Y: Sample>(s: &mut Source) -> Option<Data<Y>> {
    let (samples, features) = match s.seldom(8) {
        true => (s.rng.below(3), s.rng.below(4)),
        false => (4 + s.rng.below(6), 1 + s.rng.below(3)),
    };
    let mut inputs: Tensor<f32> = Tensor::from_fn([samples, features], |_| s.rng.uniform() as f32).ok()?;
    if s.seldom(8) {
        inputs = s.tensor();
    }
    let samples = inputs.shape().first().copied().filter(|&samples| samples < 10)?;
    let classes = 2 + s.rng.below(2);
    let mut targets = Tensor::from_fn([samples], |_| Y::small(s.rng.below(classes) as i8)).ok()?;
    if s.seldom(8) {
        targets = s.of_shape(&[samples]);
    } else if s.seldom(8) {
        targets = s.of_shape(&[samples, classes]);
    }
    let data = TensorDataset::new(inputs, targets).ok()?;
    if s.seldom(8) {
        let weights = s.of_shape(&[samples]);
        return data.with_weights(&weights).ok();
    }
    Some(data)
}

/// A model that mostly takes the data.
pub(super) fn model<Y: Sample>(data: &Data<Y>, s: &mut Source) -> Linear {
    let features = data.inputs().shape().get(1).copied();
    let inputs = features
        .filter(|&features| features < 10 && !s.seldom(10))
        .unwrap_or(2);
    let outputs = if s.seldom(8) {
        s.rng.below(5)
    } else {
        1 + s.rng.below(3)
    };
    Linear::new(inputs, outputs, &mut s.rng)
}

fn scheduled<Y: Numeric>(trainer: Any<Y>, s: &mut Source) -> Any<Y> {
    let factor = s.real();
    match s.rng.below(7) {
        0 => trainer.schedule(Cosine::new().least(factor)),
        1 => trainer.schedule(Exponential::new(factor)),
        2 => trainer.schedule(StepDecay::new(s.length(), factor)),
        3 => trainer.schedule(WarmUp::new(s.length(), Exponential::new(factor))),
        4 => trainer.schedule(ReduceOnPlateau::new(factor, s.length())),
        5 => trainer.schedule(OneCycle::new().rising(factor)),
        _ => trainer.schedule(move |done: f64| factor - done),
    }
}

fn called<Y: Numeric>(trainer: Any<Y>, s: &mut Source) -> Any<Y> {
    let (pattern, metric) = (
        ["*", "weight", "", "*.bias"][s.rng.below(4)],
        ["loss", "accuracy", ""][s.rng.below(3)],
    );
    match s.rng.below(8) {
        0 => trainer.early_stopping(s.length()),
        1 => {
            let stopping = EarlyStopping::new(s.length())
                .min_delta(s.real())
                .restore_best(s.flag());
            let stopping = if s.flag() {
                stopping.monitor(metric)
            } else {
                stopping
            };
            trainer.callback(if s.flag() {
                stopping.less_is_better()
            } else {
                stopping
            })
        }
        2 => trainer.callback(ElasticNet::new(s.real(), s.real()).of(pattern)),
        3 => trainer.callback(MaxNorm::new(s.real()).of(pattern)),
        4 => trainer.callback(TimeLimit::new(Duration::from_secs(s.length() as u64))),
        5 => trainer.callback(OnStep(|step: &Step<'_>| assert!(!format!("{step:?}").is_empty()))),
        6 => {
            let rate = s.real();
            trainer.callback(OnEpoch(move |_: &Epoch, training: &mut Training<'_>| {
                training.optimizer.set_learning_rate(rate);
                assert!(!format!("{training:?}").is_empty());
            }))
        }
        _ => trainer.callback(StopOnNan),
    }
}

/// Any settings; if there are epochs without end, it is told to stop.
pub(super) fn trainer<Y: Numeric>(s: &mut Source) -> Any<Y> {
    let rate = if s.seldom(4) { s.real() } else { s.rng.uniform() };
    let optimizer = if s.seldom(4) {
        Sgd::new(rate).momentum(s.real())
    } else {
        Sgd::new(rate)
    };
    let mut trainer = Trainer::new(loss(s), optimizer)
        .epochs(s.rng.below(4))
        .seed(s.length() as u64)
        .progress(Progress::Silent);
    if s.seldom(4) {
        let stop = StopHandle::new();
        stop.stop();
        trainer = trainer.epochs(s.length()).stop_handle(stop);
    }
    if s.seldom(8) {
        trainer = trainer.batch_size(s.length());
    }
    if s.seldom(8) {
        trainer = trainer.accumulate(s.length());
    }
    if s.seldom(4) {
        trainer = trainer.clip_norm(s.real());
    }
    if s.seldom(4) {
        trainer = trainer.clip_value(s.real());
    }
    if s.seldom(8) {
        let given = ClassWeights::Given((0..s.rng.below(4)).map(|_| s.real()).collect());
        trainer = trainer.class_weights(if s.flag() { given } else { ClassWeights::Balanced });
    }
    if s.seldom(3) {
        trainer = scheduled(trainer, s);
    }
    for _ in 0..s.rng.below(3) {
        trainer = called(trainer.metric(metric(s)), s);
    }
    if s.flag() {
        trainer = trainer.allow_missing_classes();
    }
    if s.seldom(4) {
        trainer = trainer.unchecked();
    }
    trainer
}

fn fitted<Y: Numeric + Sample>(s: &mut Source) -> String {
    let (Some(data), Some(other)) = (data::<Y>(s), data::<Y>(s)) else {
        return String::new();
    };
    let (mut trainer, mut model) = (trainer(s), model(&data, s));
    let mut seen = super::seen(&trainer.check(&model, &data));
    for _ in 0..2 {
        let validation = match s.rng.below(4) {
            0 => Validation::Data(&other),
            1 => Validation::Data(&data),
            2 => Validation::Fraction(s.real()),
            _ => Validation::None,
        };
        seen += &super::seen(&trainer.fit(&mut model, &data, validation));
        trainer.optimizer_mut().clone_from(&Sgd::new(s.real()));
    }
    seen += &super::seen(&trainer.evaluate(&model, &other));
    format!("{seen} {:?}", trainer.optimizer())
}

fn fitted_by_hand<Y: Numeric + Sample>(s: &mut Source) -> String {
    let Some(data) = data::<Y>(s) else {
        return String::new();
    };
    let (mut trainer, mut model, fails) = (trainer(s), model(&data, s), s.seldom(4));
    seen(&trainer.fit_with(&mut model, &data, None, |step| {
        if fails {
            return Err(Error::other("a step of one's own"));
        }
        let output = step.model.forward(&step.tape.input(step.batch.inputs));
        Ok((MeanSquaredError.loss(&output, &step.batch.targets), output))
    }))
}

fn folds<Y: Numeric + Sample>(s: &mut Source) -> String {
    let Some(data) = data::<Y>(s) else {
        return String::new();
    };
    let (k, mut rng) = (s.length(), s.rng.split());
    let mut result = cross_validate(&data, k, &mut rng, |_| Ok((model(&data, s), trainer(s))));
    let Ok(result) = &mut result else {
        return seen(&result);
    };
    if s.flag() {
        result.folds.truncate(s.length());
    }
    format!(
        "{result} {:?} {:?} {:?}",
        result.mean("loss"),
        result.std("accuracy"),
        result.values("loss")
    )
}

fn ranges<Y: Numeric + Sample>(s: &mut Source) -> String {
    let Some(data) = data::<Y>(s) else {
        return String::new();
    };
    let (mut trainer, model) = (trainer(s), model(&data, s));
    let rates = if s.seldom(3) {
        s.real()..s.real()
    } else {
        1e-3..10.0
    };
    let mut test = trainer.range_test(&model, &data, rates, s.rng.below(12));
    if let Ok(test) = &mut test {
        let _ = (test.suggestion(), test.largest());
        test.rates.truncate(s.length());
        test.smoothed.extend([s.real(), s.real()]);
        return format!("{:?} {:?}", test.suggestion(), test.largest());
    }
    seen(&test)
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        fit_classes |s| fitted::<i64>(s);
        fit_numbers |s| fitted::<f32>(s);
        fit_with |s| (fitted_by_hand::<i64>(s), fitted_by_hand::<f32>(s));
        cross_validate |s| (folds::<i64>(s), folds::<f32>(s));
        range_test |s| (ranges::<i64>(s), ranges::<f32>(s));
        predict |s| {
            let (model, inputs) = (Linear::new(s.rng.below(4), s.rng.below(3), &mut s.rng), s.tensor());
            let classes = [predict_classes(&model, &inputs), predict_labels(&model, &inputs)];
            let outputs = [predict(&model, &inputs), predict_probabilities(&model, &inputs)];
            format!("{} {}", classes.each_ref().map(seen).concat(), outputs.each_ref().map(seen).concat())
        };
    }
}
