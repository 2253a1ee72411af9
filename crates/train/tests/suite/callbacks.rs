//! Callbacks: when they are called, and what those here do.

use std::cell::{Cell, RefCell};
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use backprop_autodiff::{Gradients, Tape, Var};
use backprop_datasets::TensorDataset;
use backprop_datasets::synthetic::moons;
use backprop_layers::{Layer, Linear};
use backprop_optim::{Optimizer, Sgd};
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, Callback, Checkpoint, CrossEntropy, CsvLog, EarlyStopping, ElasticNet, Ended, Epoch,
    Evaluation, History, JsonLinesLog, MaxNorm, OnEpoch, OnStep, Plan, Progress, Result, Step, StopOnNan,
    TensorBoardLog, TimeLimit, Trainer, Training,
};

fn data(n: usize) -> TensorDataset {
    moons(n, 0.1, &mut Rng::seed(1)).unwrap()
}

fn model() -> Linear {
    Linear::new(2, 2, &mut Rng::seed(0))
}

fn trainer() -> Trainer<CrossEntropy, Sgd> {
    Trainer::new(CrossEntropy, Sgd::new(0.1)).progress(Progress::Silent)
}

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("backprop-callbacks-{}-{name}", std::process::id()))
}

/// Writes down every call.
struct Diary(Rc<RefCell<Vec<String>>>);

impl Diary {
    fn note(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }
}

impl Callback for Diary {
    fn on_fit_begin(&mut self, plan: &Plan, history: &History, _: &mut Training<'_>) -> Result<()> {
        assert!(history.epochs.is_empty());
        self.note(format!("fit {}x{} of {}", plan.epochs, plan.steps, plan.samples));
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Training<'_>) -> Result<()> {
        self.note(format!("epoch {epoch}"));
        Ok(())
    }

    fn on_step_begin(&mut self, step: usize, _: &mut Training<'_>) -> Result<()> {
        self.note(format!("step {step}"));
        Ok(())
    }

    fn on_gradients(&mut self, gradients: &mut Gradients, training: &mut Training<'_>) -> Result<()> {
        assert_eq!(gradients.len(), training.model.parameters().len());
        self.note("gradients");
        Ok(())
    }

    fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_>) -> Result<ControlFlow<()>> {
        self.note(format!("step {} of {} ends", step.step, step.total));
        Ok(ControlFlow::Continue(()))
    }

    fn on_validation_begin(&mut self, _: &mut Training<'_>) -> Result<()> {
        self.note("validation");
        Ok(())
    }

    fn on_validation_end(&mut self, evaluation: &Evaluation, _: &mut Training<'_>) -> Result<()> {
        assert!(evaluation.loss.is_finite());
        self.note("validation ends");
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_>) -> Result<ControlFlow<()>> {
        self.note(format!("epoch {} ends", epoch.epoch));
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, history: &History, _: &mut Training<'_>) -> Result<()> {
        self.note(format!("fit ends after {}", history.epochs.len()));
        Ok(())
    }
}

#[test]
fn hooks_are_called_in_the_documented_order() {
    let notes = Rc::default();
    let mut trainer = trainer()
        .epochs(2)
        .batch_size(6)
        .callback(Diary(Rc::clone(&notes)));
    trainer.fit(&mut model(), &data(12), &data(5)).unwrap();
    let mut expected = vec!["fit 2x2 of 12".to_owned()];
    for epoch in 1..=2 {
        expected.push(format!("epoch {epoch}"));
        for step in 1..=2 {
            let total = 2 * (epoch - 1) + step;
            expected.extend([
                format!("step {step}"),
                "gradients".into(),
                format!("step {step} of {total} ends"),
            ]);
        }
        expected.extend([
            "validation".into(),
            "validation ends".into(),
            format!("epoch {epoch} ends"),
        ]);
    }
    expected.push("fit ends after 2".into());
    assert_eq!(*notes.borrow(), expected);
}

#[test]
fn an_elastic_net_is_a_penalty_in_the_loss() {
    let data = data(30);
    let (mut with_hook, mut by_hand) = (model(), model());
    trainer()
        .epochs(1)
        .batch_size(10)
        .callback(ElasticNet::new(0.05, 0.3).of("*"))
        .fit(&mut with_hook, &data, None)
        .unwrap();
    let (mut rng, mut optimizer) = (Rng::seed(0), Sgd::new(0.1));
    for batch in data.batches(10).shuffle(&mut rng) {
        let tape = Tape::training(rng.next_seed());
        let penalty = |param| -> Var {
            tape.param(param).abs().sum(..) * 0.05 + tape.param(param).square().sum(..) * 0.15
        };
        let loss = by_hand
            .forward(&tape.input(batch.inputs))
            .cross_entropy(&batch.targets);
        let mut loss = loss + penalty(&by_hand.weight);
        if let Some(bias) = &by_hand.bias {
            loss = loss + penalty(bias);
        }
        optimizer.step(&mut by_hand, &loss.backward().unwrap()).unwrap();
    }
    for (x, y) in with_hook
        .weight
        .value()
        .to_vec()
        .iter()
        .zip(by_hand.weight.value().to_vec())
    {
        assert!((x - y).abs() < 1e-6, "{x} {y}");
    }
}

/// Rows beyond the limit are brought to it, in their direction; others are left alone, and so are biases.
#[test]
fn rows_of_weights_are_kept_within_a_norm() {
    let fit = |limit: f64| {
        let mut model = model();
        trainer()
            .epochs(1)
            .batch_size(30)
            .callback(MaxNorm::new(limit))
            .fit(&mut model, &data(30), None)
            .map(|_| model)
    };
    let free = fit(f64::MAX).unwrap();
    let norms = free.weight.value().norm(1).unwrap().to_vec();
    let limit = (norms[0] + norms[1]) / 2.0;
    let limited = fit(f64::from(limit)).unwrap();
    assert_eq!(limited.bias, free.bias);
    let (free, limited) = (free.weight.value().to_vec(), limited.weight.value().to_vec());
    for (row, norm) in norms.into_iter().enumerate() {
        let factor = (limit / norm).min(1.0);
        for place in [2 * row, 2 * row + 1] {
            assert!(
                (limited[place] - free[place] * factor).abs() < 1e-6,
                "{limited:?} {free:?}"
            );
        }
    }
    for limit in [0.0, -1.0, f64::NAN] {
        assert!(fit(limit).unwrap_err().to_string().starts_with("MaxNorm of "));
    }
    let error = trainer()
        .callback(ElasticNet::new(-1.0, 0.0))
        .fit(&mut model(), &data(30), None)
        .unwrap_err();
    assert!(error.to_string().contains("ElasticNet with l1 = -1"), "{error}");
}

#[test]
fn early_stopping_looks_at_the_metric_it_is_told_to() {
    let (train, validation) = data(200).split(0.5, &mut Rng::seed(0)).unwrap();
    let mut model = model();
    let mut trainer = trainer()
        .epochs(100)
        .metric(Accuracy)
        .callback(EarlyStopping::new(4).monitor("accuracy").min_delta(0.005));
    let history = trainer.fit(&mut model, &train, &validation).unwrap();
    let accuracies: Vec<f64> = history.validation("accuracy").into_iter().flatten().collect();
    assert!(history.epochs.len() < 100);
    assert_eq!(history.ended, Ended::Callback("EarlyStopping".into()));
    // By the rule, written out.
    let (mut best, mut best_epoch) = (f64::NEG_INFINITY, 0);
    for (epoch, &accuracy) in accuracies.iter().enumerate() {
        if accuracy > best + 0.005 {
            (best, best_epoch) = (accuracy, epoch);
        }
    }
    assert_eq!(accuracies.len(), best_epoch + 1 + 4, "{accuracies:?}");
    assert_eq!(
        trainer.evaluate(&model, &validation).unwrap().get("accuracy"),
        Some(best)
    );
}

/// Before the first step, not after the first epoch.
#[test]
fn a_metric_that_there_is_not_is_an_error_before_training() {
    let error = |trainer: Trainer<CrossEntropy, Sgd>| {
        let (mut model, seen) = (model(), Rc::new(Cell::new(0)));
        let steps = Rc::clone(&seen);
        let mut trainer = trainer.callback(OnStep(move |step| steps.set(step.total)));
        let error = trainer.fit(&mut model, &data(50), None).unwrap_err();
        assert_eq!(seen.get(), 0);
        error.to_string()
    };
    let path = path("never");
    for wrong in ["acuracy", "val_loss", ""] {
        let expected = format!("there is no metric {wrong:?}, only loss, accuracy: ");
        for found in [
            error(
                trainer()
                    .metric(Accuracy)
                    .callback(EarlyStopping::new(1).monitor(wrong)),
            ),
            error(
                trainer()
                    .metric(Accuracy)
                    .callback(Checkpoint::new(&path).best_of(wrong)),
            ),
        ] {
            assert!(found.starts_with(&expected), "{found}");
        }
    }
    for wrong in [-0.1, f64::NAN, f64::INFINITY] {
        let found = error(trainer().callback(EarlyStopping::new(1).min_delta(wrong)));
        assert_eq!(
            found,
            format!("min_delta {wrong}: a finite number that is not negative")
        );
    }
}

#[test]
fn the_last_weights_stay_if_the_best_are_not_wanted_back() {
    let run = |stopping: Option<EarlyStopping>| {
        let mut model = model();
        let mut trainer = trainer().epochs(8).schedule(|done: f64| (done * 20.0).exp());
        if let Some(stopping) = stopping {
            trainer = trainer.callback(stopping);
        }
        trainer.fit(&mut model, &data(50), None).unwrap();
        model
    };
    assert_eq!(run(Some(EarlyStopping::new(100).restore_best(false))), run(None));
    assert_ne!(run(Some(EarlyStopping::new(100))), run(None));
}

#[test]
fn training_ends_with_the_first_loss_that_is_no_number() {
    let explode = |output: &Var, targets: &Tensor<i64>| output.cross_entropy(targets) * f32::MAX * 10.0;
    let mut trainer = Trainer::new(explode, Sgd::new(0.1))
        .callback(StopOnNan)
        .progress(Progress::Silent);
    let history = trainer.fit(&mut model(), &data(100), None).unwrap();
    assert_eq!(
        (history.epochs.len(), history.ended),
        (1, Ended::Callback("StopOnNan".into()))
    );
}

#[test]
fn training_ends_when_the_time_is_up() {
    let mut steps = 0;
    let history = trainer()
        .epochs(1000)
        .callback(TimeLimit::new(Duration::ZERO))
        .callback(backprop_train::OnStep(move |step: &Step<'_>| {
            steps += 1;
            assert_eq!(step.total, steps);
        }))
        .fit(&mut model(), &data(100), None)
        .unwrap();
    assert_eq!(
        (history.epochs.len(), history.ended),
        (1, Ended::Callback("TimeLimit".into()))
    );
}

#[test]
fn the_learning_rate_is_known_and_can_be_set() {
    let rates = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&rates);
    let mut trainer =
        trainer()
            .epochs(3)
            .callback(OnEpoch(move |epoch: &Epoch, training: &mut Training<'_>| {
                seen.borrow_mut().push(epoch.learning_rate);
                training.optimizer.set_learning_rate(epoch.learning_rate / 2.0);
            }));
    let history = trainer.fit(&mut model(), &data(20), None).unwrap();
    assert_eq!(*rates.borrow(), [0.1, 0.05, 0.025]);
    assert_eq!(history.last().unwrap().learning_rate, 0.025);
    assert_eq!(trainer.optimizer().learning_rate(), 0.1);
}

#[test]
fn tables_and_lines_hold_the_history() {
    let (csv, json) = (path("log.csv"), path("log.jsonl"));
    let history = trainer()
        .epochs(3)
        .metric(Accuracy)
        .callback(CsvLog::new(&csv))
        .callback(JsonLinesLog::new(&json))
        .fit(&mut model(), &data(50), 0.3)
        .unwrap();
    let table = fs::read_to_string(&csv).unwrap();
    let mut lines = table.lines();
    assert_eq!(
        lines.next().unwrap(),
        "epoch,learning_rate,seconds,loss,accuracy,validation_loss,validation_accuracy"
    );
    let json_text = fs::read_to_string(&json).unwrap();
    let objects: Vec<serde_json::Value> = json_text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((lines.clone().count(), objects.len()), (3, 3));
    for ((epoch, line), object) in history.epochs.iter().zip(lines).zip(objects) {
        let validation = epoch.validation.as_ref().unwrap();
        let values: Vec<f64> = line.split(',').map(|value| value.parse().unwrap()).collect();
        let metrics = [&epoch.train, validation]
            .map(|part| [part.loss, part.metrics[0].1])
            .concat();
        assert_eq!(
            values,
            [
                &[epoch.epoch as f64, epoch.learning_rate, epoch.seconds],
                &metrics[..]
            ]
            .concat()
        );
        assert_eq!(object["epoch"], epoch.epoch);
        assert_eq!(object["train"]["loss"].as_f64(), Some(epoch.train.loss));
        assert_eq!(
            object["validation"]["accuracy"].as_f64(),
            validation.get("accuracy")
        );
    }
    fs::remove_file(csv).unwrap();
    fs::remove_file(json).unwrap();
    let nowhere = path("missing").join("log.csv");
    assert!(
        trainer()
            .callback(CsvLog::new(nowhere))
            .fit(&mut model(), &data(50), None)
            .is_err()
    );
}

/// The records of an event file: lengths, and what is between the checksums.
fn records(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut rest, mut records) = (bytes, Vec::new());
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        records.push(rest[12..12 + length].to_vec());
        rest = &rest[16 + length..];
    }
    records
}

#[test]
fn tensor_board_gets_curves() {
    let folder = path("board");
    let run = || {
        let mut trainer = trainer()
            .epochs(2)
            .batch_size(10)
            .metric(Accuracy)
            .callback(TensorBoardLog::new(&folder).every_steps(2));
        trainer.fit(&mut model(), &data(50), 0.2).unwrap()
    };
    run();
    // Another run is another file.
    run();
    for (part, count) in [("train", 1 + 2 * 3 + 2 * 4), ("validation", 1 + 2 * 2)] {
        let files: Vec<PathBuf> = fs::read_dir(folder.join(part))
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        assert_eq!(files.len(), 2);
        for file in files {
            assert!(
                file.file_name()
                    .unwrap()
                    .to_string_lossy()
                    .starts_with("events.out.tfevents.")
            );
            let records = records(&fs::read(file).unwrap());
            assert!(records[0].ends_with(b"brain.Event:2"));
            assert_eq!(records.len(), count, "{part}");
            let text = |name: &[u8]| {
                records
                    .iter()
                    .filter(|record| record.windows(name.len()).any(|part| part == name))
                    .count()
            };
            assert_eq!((text(b"epoch_loss"), text(b"epoch_accuracy")), (2, 2));
        }
    }
    fs::remove_dir_all(folder).unwrap();
}
