//! Closures whose arguments have no types written, as one writes them first; and trainers of a short type. That they compile is most of the test.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use backprop_autodiff::gradcheck;
use backprop_datasets::synthetic::moons;
use backprop_datasets::{Dataset, TensorDataset};
use backprop_layers::{Layer, Linear};
use backprop_optim::{Adam, Optimizer, RmsProp, Sgd};
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    AnyTrainer, Checkpoint, CrossEntropy, Loss, MeanSquaredError, OnEpoch, OnStep, PerBatch, PerSample,
    Progress, Search, Space, Trainer, cross_validate,
};

fn data() -> TensorDataset {
    moons(60, 0.3, &mut Rng::seed(1)).unwrap()
}

fn model() -> Linear {
    Linear::new(2, 2, &mut Rng::seed(0))
}

fn trainer() -> Trainer<CrossEntropy, Sgd> {
    Trainer::new(CrossEntropy, Sgd::new(0.1))
        .epochs(2)
        .progress(Progress::Silent)
}

#[test]
fn callbacks() {
    let (epochs, steps) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0)));
    let (seen, total) = (Rc::clone(&epochs), Rc::clone(&steps));
    let on_epoch = OnEpoch(move |epoch, training| {
        seen.borrow_mut()
            .push(epoch.epoch * training.model.parameter_count());
        training.optimizer.set_learning_rate(epoch.learning_rate / 2.0);
    });
    let history = trainer()
        .callback(on_epoch)
        .callback(OnStep(move |step| total.set(step.total)))
        .fit(&mut model(), &data(), None)
        .unwrap();
    assert_eq!((epochs.take(), steps.get()), (vec![6, 12], 4));
    assert_eq!(history.epochs[1].learning_rate, 0.05);
}

#[test]
fn callbacks_in_f64() {
    let wide = data().map_inputs(|x| x.cast::<f64>()).unwrap();
    let mut model: Linear<f64> = Linear::builder(2, 2).build_as(&mut Rng::seed(0));
    let seen = Rc::new(Cell::new(0));
    let count = Rc::clone(&seen);
    Trainer::new(CrossEntropy, Sgd::new(0.1))
        .progress(Progress::Silent)
        .callback(OnEpoch(move |_, training| {
            count.set(training.model.parameter_count());
        }))
        .fit(&mut model, &wide, None)
        .unwrap();
    assert_eq!(seen.get(), 6);
}

#[test]
fn losses() {
    let mut models = [model(), model(), model()];
    trainer().fit(&mut models[0], &data(), None).unwrap();
    Trainer::new(
        PerBatch(|output, targets| output.cross_entropy(targets)),
        Sgd::new(0.1),
    )
    .epochs(2)
    .progress(Progress::Silent)
    .fit(&mut models[1], &data(), None)
    .unwrap();
    assert_eq!(models[0], models[1]);

    let squares = data().map_targets(|classes| classes.cast::<f32>()).unwrap();
    let mut narrow = [0, 0].map(|seed| Linear::new(2, 1, &mut Rng::seed(seed)));
    let each = PerSample(|output, targets| (output.squeeze(-1) - output.constant(targets.clone())).square());
    let [by_closure, by_name] = &mut narrow;
    let mut trainer = Trainer::new(each, Sgd::new(0.1)).progress(Progress::Silent);
    trainer.fit(by_closure, &squares, None).unwrap();
    let column = squares.map_targets(|targets| targets.reshape([60, 1])).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).progress(Progress::Silent);
    trainer.fit(by_name, &column, None).unwrap();
    let (found, expected) = (
        by_closure.weight.value().to_vec(),
        by_name.weight.value().to_vec(),
    );
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn schedules_steps_and_data() {
    let history = trainer()
        .schedule_fn(|done| (1.0 - done).sqrt())
        .fit(&mut model(), &data(), None)
        .unwrap();
    // The last of four steps, after three.
    assert!((history.epochs[1].learning_rate - 0.1 * 0.25_f64.sqrt()).abs() < 1e-12);

    let mut own = model();
    trainer()
        .fit_with(&mut own, &data(), None, |step| {
            let output = step.model.forward(&step.tape.input(step.batch.inputs));
            let loss = output.cross_entropy(&step.batch.targets);
            step.optimizer.step(step.model, &loss.backward()?)?;
            Ok((loss, output))
        })
        .unwrap();
    let mut usual = model();
    trainer().fit(&mut usual, &data(), None).unwrap();
    assert_eq!(own, usual);

    let shifted = data().augment_fn(|inputs, rng| {
        let shift = rng.uniform() as f32;
        Ok(inputs.map(|x| x + shift)?)
    });
    let halved = shifted.map(|batch| batch.map_inputs(|inputs| inputs.map(|x| x / 2.0)));
    trainer().fit(&mut model(), &halved, None).unwrap();
    assert!(halved.range(0..2).is_ok());
    assert!(gradcheck(|x| x[0].square().sum(..), &[Tensor::from([1.0, 2.0])]).is_ok());
}

#[test]
fn folds_and_trials() {
    let scores = cross_validate(&data(), 3, &mut Rng::seed(0), |fold| {
        Ok((Linear::new(2, 2, &mut Rng::seed(fold as u64)), trainer()))
    });
    assert_eq!(scores.unwrap().folds.len(), 3);
    let search = Search::new(Space::new().log_uniform("rate", 1e-3, 1e-1));
    let found = search.random(2, |trial| {
        let mut trainer =
            Trainer::new(CrossEntropy, Adam::new(trial.get("rate")?)).progress(Progress::Silent);
        let history = trainer.fit(&mut model(), &data(), 0.3)?;
        Ok(history.best().map_or(f64::NAN, |epoch| epoch.judged().loss))
    });
    assert!(found.unwrap().best().is_some());
}

struct Experiment {
    trainer: AnyTrainer,
}

/// A loss and an optimizer that are chosen while the program runs.
fn chosen(careful: bool) -> AnyTrainer {
    match careful {
        true => Trainer::new(CrossEntropy.label_smoothing(0.1), Adam::new(0.01)).boxed(),
        false => trainer().boxed(),
    }
}

#[test]
fn a_boxed_loss_is_asked_for_all_that_the_loss_knows() {
    let (loss, targets) = (CrossEntropy.ignore_index(-100), Tensor::from([1_i64, -100, 0]));
    let boxed: Box<dyn Loss> = Box::new(loss);
    assert_eq!(boxed.ignored_class(), Some(-100));
    assert_eq!(boxed.classes(&[3, 2], &[3]), Some(2));
    assert_eq!(
        boxed.baseline(&targets, None),
        Loss::<f32>::baseline(&loss, &targets, None)
    );
    assert!(boxed.check(&[3, 2], &targets).is_ok() && boxed.check(&[2, 2], &targets).is_err());
}

#[test]
fn a_trainer_of_a_short_type_trains_as_the_one_it_was_made_of() {
    let (mut plain, mut boxed) = (model(), model());
    let set_up = || {
        trainer()
            .batch_size(7)
            .drop_last()
            .accumulate(2)
            .seed(3)
            .clip_norm(0.5)
            .clip_value(0.1)
            .schedule_fn(|done| 1.0 - done)
            .schedule_epochs(3)
            .early_stopping(9)
            .metric(backprop_train::Accuracy)
    };
    let without_time = |mut history: backprop_train::History| {
        history.epochs.iter_mut().for_each(|epoch| epoch.seconds = 0.0);
        history
    };
    let expected = set_up().fit(&mut plain, &data(), 0.2).unwrap();
    let mut experiment = Experiment {
        trainer: set_up().boxed(),
    };
    let found = experiment.trainer.fit(&mut boxed, &data(), 0.2).unwrap();
    assert_eq!(plain, boxed);
    assert_eq!(without_time(found), without_time(expected));
    // What it knows of the loss goes through the box: classes out of range, and the loss without learning.
    assert_eq!(
        experiment
            .trainer
            .fit(&mut boxed, &data(), None)
            .unwrap()
            .baseline,
        trainer().fit(&mut plain, &data(), None).unwrap().baseline
    );
    let mut narrow = Linear::new(2, 1, &mut Rng::seed(0));
    let message = |error: backprop_train::Error| error.to_string();
    let (found, expected) = (
        chosen(false).fit(&mut narrow, &data(), None).map_err(message),
        trainer().fit(&mut narrow, &data(), None).map_err(message),
    );
    assert_eq!(found, expected);
    assert!(expected.is_err());
    let boxed: Box<dyn Loss> = Box::new(CrossEntropy);
    let plain: &dyn Loss = &CrossEntropy;
    assert_eq!(boxed.classes(&[4, 3], &[4]), plain.classes(&[4, 3], &[4]));
}

/// In a box, too, the moments of another optimizer are not taken for its own.
#[test]
fn checkpoints_know_the_optimizer_in_the_box() {
    let file = std::env::temp_dir().join(format!("backprop-boxed-{}", std::process::id()));
    let adam = |epochs| {
        let trainer = Trainer::new(CrossEntropy, Adam::new(0.1)).epochs(epochs);
        trainer
            .progress(Progress::Silent)
            .callback(Checkpoint::new(&file))
    };
    adam(1).fit(&mut model(), &data(), None).unwrap();
    let resumed = adam(2).boxed().resume(&file).fit(&mut model(), &data(), None);
    assert_eq!(resumed.unwrap().epochs.len(), 2);
    let other = Trainer::new(CrossEntropy, RmsProp::new(0.1)).boxed();
    let error = other
        .progress(Progress::Silent)
        .callback(Checkpoint::new(&file))
        .resume(&file)
        .fit(&mut model(), &data(), None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("the optimizer was Adam and is RmsProp"), "{error}");
    let names: [&dyn Optimizer; 2] = [&Sgd::new(0.1), &Box::new(Adam::new(0.1))];
    assert_eq!(names.map(|optimizer| optimizer.name()), ["Sgd", "Adam"]);
    std::fs::remove_file(file).unwrap();
}
