//! Training with any settings on any data: models and data are tiny.

use backprop_datasets::Dataset;
use backprop_layers::{Layer, Linear};
use backprop_optim::{Cosine, Exponential, OneCycle, ReduceOnPlateau, StepDecay, WarmUp};
use backprop_tensor::{Numeric, Tensor};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, Source};
use backprop_train::{
    ClassWeights, Error, Loss, MeanSquaredError, OwnStep, Progress, Result, StopHandle, Trainer, Validation,
    cross_validate, predict, predict_classes, predict_labels, predict_probabilities,
};

use super::callbacks::quiet;
use super::losses::{AnyLoss, fitting, loss};
use super::material::{AnyOptimizer, Data, Model, data, model, optimizer};
use super::metrics::metric;
use super::seen;

pub(super) type Any<Y> = Trainer<AnyLoss<Y>, AnyOptimizer, f32, Y>;

fn scheduled<Y: Numeric>(trainer: Any<Y>, s: &mut Source) -> Any<Y> {
    let factor = s.real();
    match s.rng.below(8) {
        0 => trainer.schedule(Cosine::new().least(factor)),
        1 => trainer.schedule(Exponential::new(factor)),
        2 => trainer.schedule(StepDecay::new(s.length(), factor)),
        3 => trainer.schedule(WarmUp::new(s.length(), Exponential::new(factor))),
        4 => trainer.schedule(ReduceOnPlateau::new(factor, s.length()).cooldown(s.length())),
        5 => trainer.schedule(OneCycle::new().rising(factor)),
        6 => trainer.schedule_fn(move |done| factor - done),
        _ => trainer.schedule(move |done: f64| factor - done),
    }
}

pub(super) fn class_weights(s: &mut Source) -> ClassWeights {
    match s.flag() {
        true => ClassWeights::Given((0..s.rng.below(4)).map(|_| s.real()).collect()),
        false => ClassWeights::Balanced,
    }
}

/// Any settings; if there are epochs without end, it is told to stop.
pub(super) fn trainer<Y: Numeric>(s: &mut Source) -> Any<Y> {
    let loss = if s.seldom(6) { loss(s) } else { fitting(s) };
    let mut trainer = Trainer::new(loss, optimizer(s))
        .epochs(s.rng.below(4))
        .seed(s.length() as u64)
        .progress(Progress::Silent);
    if s.seldom(4) {
        let stop = StopHandle::new();
        stop.stop();
        trainer = trainer.epochs(s.length()).stop_handle(stop);
    }
    if s.seldom(3) {
        let size = if s.seldom(4) {
            s.length()
        } else {
            1 + s.rng.below(4)
        };
        trainer = trainer.batch_size(size);
    }
    if s.seldom(6) {
        let batches = if s.seldom(4) {
            s.length()
        } else {
            1 + s.rng.below(4)
        };
        trainer = trainer.accumulate(batches);
    }
    if s.seldom(6) {
        trainer = trainer.drop_last();
    }
    if s.seldom(6) {
        trainer = trainer.schedule_epochs(if s.flag() { usize::MAX } else { s.rng.below(4) });
    }
    if s.seldom(6) {
        let limit = if s.flag() { s.real() } else { s.rng.uniform() };
        trainer = trainer.clip_norm(limit).clip_value(limit);
    }
    if s.seldom(8) {
        trainer = trainer.class_weights(class_weights(s));
    }
    if s.seldom(3) {
        trainer = scheduled(trainer, s);
    }
    for _ in 0..s.rng.below(3) {
        trainer = quiet(trainer.metric(metric(s)), s);
    }
    if s.seldom(200) {
        trainer = trainer.progress([Progress::Lines, Progress::Automatic][s.rng.below(2)]);
    }
    if s.flag() {
        trainer = trainer.allow_missing_classes();
    }
    if s.seldom(4) {
        trainer = trainer.unchecked();
    }
    trainer
}

pub(super) fn validation<'a, Y: Sample>(s: &mut Source, data: &'a Data<Y>) -> Validation<'a, f32, Y> {
    match s.rng.below(4) {
        0 | 1 => Validation::Data(data),
        2 => Validation::Fraction(if s.seldom(4) { s.real() } else { s.rng.uniform() }),
        _ => Validation::None,
    }
}

fn fitted<Y: Numeric + Sample>(s: &mut Source) -> String {
    let (Some(data), Some(other)) = (data::<Y>(s), data::<Y>(s)) else {
        return String::new();
    };
    let (mut trainer, mut model) = (trainer(s), model(&data, s));
    let mut seen = super::seen(&trainer.check(&model, &data));
    for _ in 0..2 {
        let of = if s.flag() { &data } else { &other };
        let validation = validation(s, of);
        seen += &format!("{validation:?}");
        seen += &super::seen(&trainer.fit(&mut model, &data, validation));
        trainer.optimizer_mut().clone_from(&optimizer(s));
    }
    seen += &super::seen(&trainer.evaluate(&model, &data));
    seen += &super::seen(&trainer.evaluate(&model, &other));
    seen += &format!("{:?} {trainer:?}", trainer.optimizer());
    seen + &super::seen(&trainer.boxed().fit(&mut model, &other, None))
}

fn own_step<Y: Numeric>(
    deed: usize,
    step: OwnStep<'_, Model, AnyOptimizer, f32, Y>,
) -> Result<(backprop_autodiff::Var, backprop_autodiff::Var)> {
    let output = step.model.forward(&step.tape.input(step.batch.inputs));
    let loss = MeanSquaredError.loss(&output, &step.batch.targets);
    match deed {
        0 => Err(Error::other("a step of one's own")),
        1 => Ok((output.clone(), output)),
        2 => Ok((loss, step.tape.input(Tensor::default()))),
        3 => {
            use backprop_optim::Optimizer;
            step.optimizer.step(step.model, &loss.backward()?)?;
            Ok((loss, output))
        }
        _ => Ok((loss, output)),
    }
}

fn fitted_by_hand<Y: Numeric + Sample>(s: &mut Source) -> String {
    let Some(data) = data::<Y>(s) else {
        return String::new();
    };
    let (mut trainer, mut model, deed) = (trainer(s), model(&data, s), s.rng.below(8));
    let validation = validation(s, &data);
    seen(&trainer.fit_with(&mut model, &data, validation, |step| own_step(deed, step)))
}

fn folds<Y: Numeric + Sample>(s: &mut Source) -> String {
    let Some(data) = data::<Y>(s) else {
        return String::new();
    };
    let k = if s.seldom(4) {
        s.length()
    } else {
        2 + s.rng.below(2)
    };
    let mut rng = s.rng.split();
    let fails = s.seldom(8);
    let mut result = cross_validate(&data, k, &mut rng, |fold| match fails && fold == 1 {
        true => Err(Error::other("no model for this fold")),
        false => Ok((model(&data, s), trainer(s))),
    });
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
    let rates = if s.seldom(6) {
        s.real()..s.real()
    } else {
        1e-3..10.0
    };
    let steps = if s.seldom(6) {
        s.length()
    } else {
        2 + s.rng.below(12)
    };
    let mut test = trainer.range_test(&model, &data, rates, steps);
    if let Ok(test) = &mut test {
        let _ = (test.suggestion(), test.largest());
        test.rates.truncate(s.length());
        test.smoothed.extend([s.real(), s.real()]);
        return format!("{:?} {:?}", test.suggestion(), test.largest());
    }
    seen(&test)
}

/// Inputs that take no memory, however many they are, or any.
fn inputs(s: &mut Source) -> Tensor<f32> {
    if s.seldom(6) {
        let one = Tensor::scalar(s.number());
        let features = s.rng.below(4);
        return one.broadcast_to([s.length(), features]).unwrap_or_default();
    }
    s.tensor()
}

fn predicted(s: &mut Source) -> String {
    let inputs = inputs(s);
    let features = inputs.shape().get(1).copied().filter(|&features| features < 10);
    let features = features.unwrap_or_else(|| s.rng.below(4));
    let model = Linear::new(features, s.rng.below(3), &mut s.rng);
    let classes = [predict_classes(&model, &inputs), predict_labels(&model, &inputs)];
    let outputs = [predict(&model, &inputs), predict_probabilities(&model, &inputs)];
    let errors = classes
        .into_iter()
        .filter_map(Result::err)
        .chain(outputs.into_iter().filter_map(Result::err));
    errors.map(|error| format!("{error} {error:?}")).collect()
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        fit_classes |s| fitted::<i64>(s);
        fit_bytes |s| fitted::<u8>(s);
        fit_numbers |s| fitted::<f32>(s);
        fit_with |s| (fitted_by_hand::<i64>(s), fitted_by_hand::<f32>(s));
        cross_validate |s| (folds::<i64>(s), folds::<f32>(s));
        range_test |s| (ranges::<i64>(s), ranges::<f32>(s));
        predict |s| predicted(s);
        predict_of_any_model |s| match data::<f32>(s) {
            Some(data) => {
                let model = model(&data, s);
                match data.range(0..data.len().min(5)) {
                    Ok(batch) => seen(&predict(&model, &batch.inputs)),
                    Err(error) => error.to_string(),
                }
            }
            None => String::new(),
        };
    }
}
