//! What decides when a training ends, which epoch counts as the best, and what is left behind for the next one.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use backprop_datasets::TensorDataset;
use backprop_datasets::synthetic::moons;
use backprop_layers::{BatchNorm1d, Linear, sequential};
use backprop_optim::{Optimizer, Schedule, Sgd, Time};
use backprop_tensor::Rng;
use backprop_train::{
    Checkpoint, CrossEntropy, CsvLog, EarlyStopping, Ended, Error, History, JsonLinesLog, OnStep, Progress,
    Step, StopHandle, Trainer,
};

fn data(n: usize) -> TensorDataset {
    moons(n, 0.2, &mut Rng::seed(1)).unwrap()
}

fn model() -> Linear {
    Linear::new(2, 2, &mut Rng::seed(0))
}

fn trainer() -> Trainer<CrossEntropy, Sgd> {
    Trainer::new(CrossEntropy, Sgd::new(0.1)).progress(Progress::Silent)
}

/// A path of its own for each test.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("backprop-endings-{}-{name}", std::process::id()))
}

/// Halves the learning rate with each loss, and writes the losses down.
struct Halving {
    seen: Arc<Mutex<Vec<f64>>>,
    epochs: f64,
}

impl Schedule for Halving {
    fn factor(&self, _: Time) -> f64 {
        0.5_f64.powf(self.epochs)
    }

    fn observe(&mut self, loss: f64) {
        self.seen.lock().unwrap().push(loss);
        self.epochs += 1.0;
    }

    fn state(&self) -> Vec<f64> {
        vec![self.epochs]
    }

    fn load_state(&mut self, state: &[f64]) -> backprop_optim::Result<()> {
        self.epochs = state[0];
        Ok(())
    }
}

#[test]
fn a_schedule_is_told_the_validation_loss_and_begins_anew_with_each_fit() {
    let seen = Arc::default();
    let schedule = Halving {
        seen: Arc::clone(&seen),
        epochs: 0.0,
    };
    let mut trainer = trainer().epochs(3).schedule(schedule);
    for _ in 0..2 {
        let history = trainer.fit(&mut model(), &data(40), &data(15)).unwrap();
        let validation: Vec<f64> = history.validation("loss").into_iter().flatten().collect();
        assert_eq!(seen.lock().unwrap().drain(..).collect::<Vec<_>>(), validation);
        let rates: Vec<f64> = history.epochs.iter().map(|epoch| epoch.learning_rate).collect();
        assert_eq!(rates, [0.1, 0.05, 0.025]);
        assert_eq!(trainer.optimizer().learning_rate(), 0.1);
    }
    // Without validation data, the training loss.
    let history = trainer.fit(&mut model(), &data(40), None).unwrap();
    let training: Vec<f64> = history.train("loss").into_iter().flatten().collect();
    assert_eq!(*seen.lock().unwrap(), training);
}

#[test]
fn a_stop_leaves_a_checkpoint_however_often_they_are_written() {
    for (name, checkpoint) in [
        (
            "epochs",
            (|file| Checkpoint::new(file).every_epochs(1000)) as fn(&PathBuf) -> Checkpoint,
        ),
        ("steps", |file| Checkpoint::new(file).every_steps(1000)),
    ] {
        let file = path(name);
        let _ = fs::remove_file(&file);
        let stop = StopHandle::new();
        let handle = stop.clone();
        let history = trainer()
            .batch_size(5)
            .stop_handle(stop)
            .callback(checkpoint(&file))
            .callback(OnStep(move |step: &Step<'_>| {
                if step.total == 3 {
                    handle.stop();
                }
            }))
            .fit(&mut model(), &data(40), None)
            .unwrap();
        assert_eq!(history.ended, Ended::Stopped);
        assert!(file.exists(), "by {name}");
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn the_best_epoch_is_the_first_of_equals() {
    let history = History::of_losses(&[9.0; 6], &[2.0, 1.0, f64::NAN, 1.0, 3.0, 1.0]);
    assert_eq!(history.best().unwrap().epoch, 2);
    let by_training = History::of_losses(&[3.0, 1.0, 1.0], &[]);
    assert_eq!(by_training.best().unwrap().epoch, 2);
}

/// With a learning rate of 0, every validation loss is the first one.
#[test]
fn an_equal_loss_is_no_better_one() {
    let still = || {
        Trainer::new(CrossEntropy, Sgd::new(0.0))
            .epochs(20)
            .progress(Progress::Silent)
    };
    for patience in [1, 3] {
        let mut trainer = still().callback(EarlyStopping::new(patience));
        let history = trainer.fit(&mut model(), &data(40), &data(15)).unwrap();
        assert_eq!(history.epochs.len(), 1 + patience);
        assert_eq!(history.ended, Ended::Callback("EarlyStopping".into()));
    }
}

#[test]
fn more_patience_goes_on_where_early_stopping_had_ended() {
    let file = path("patience");
    let still = |patience| {
        Trainer::new(CrossEntropy, Sgd::new(0.0))
            .epochs(20)
            .progress(Progress::Silent)
            .early_stopping(patience)
            .callback(Checkpoint::new(&file))
    };
    for (patience, epochs) in [(2, 3), (2, 3), (5, 6), (1, 6), (30, 20)] {
        let mut trainer = still(patience);
        if file.exists() {
            trainer = trainer.resume(&file);
        }
        let history = trainer.fit(&mut model(), &data(40), &data(15)).unwrap();
        assert_eq!(history.epochs.len(), epochs, "patience {patience}");
        let expected = match epochs {
            20 => Ended::Completed,
            _ => Ended::Callback("EarlyStopping".into()),
        };
        assert_eq!(history.ended, expected);
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn the_length_of_a_schedule_can_be_given() {
    let rates = |epochs, length: Option<usize>| {
        let mut trainer = trainer()
            .epochs(epochs)
            .batch_size(40)
            .schedule(|done: f64| 1.0 - done);
        if let Some(length) = length {
            trainer = trainer.schedule_epochs(length);
        }
        let history = trainer.fit(&mut model(), &data(40), None).unwrap();
        history
            .epochs
            .iter()
            .map(|epoch| epoch.learning_rate)
            .collect::<Vec<_>>()
    };
    assert_eq!(rates(4, None), [1.0, 0.75, 0.5, 0.25].map(|factor| 0.1 * factor));
    assert_eq!(
        rates(6, Some(4)),
        [1.0, 0.75, 0.5, 0.25, 0.0, 0.0].map(|factor| 0.1 * factor)
    );
}

#[test]
fn a_last_batch_of_one_is_seen_before_training_and_can_be_dropped() {
    let samples = data(5);
    let network = || {
        let rng = &mut Rng::seed(0);
        sequential![
            Linear::new(2, 3, rng),
            BatchNorm1d::new(3),
            Linear::new(3, 2, rng)
        ]
    };
    let mut model = network();
    let error = trainer()
        .batch_size(4)
        .fit(&mut model, &samples, None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("5 samples in batches of 4 leave a last batch of 1"),
        "{error}"
    );
    assert!(
        error.ends_with("use another batch size, or leave it out with `drop_last`"),
        "{error}"
    );
    let checked = trainer().batch_size(4).check(&model, &samples);
    let checked = checked.unwrap_err().to_string();
    // Each has the line of whoever asked.
    let what = |error: &str| error.split(", at ").next().map(str::to_owned);
    assert_eq!(what(&checked), what(&error));
    assert!(error.contains(file!()) && checked.contains(file!()), "{checked}");
    assert_eq!(model, network(), "nothing has changed");
    let steps = Arc::new(Mutex::new(0));
    let count = Arc::clone(&steps);
    let mut dropping = trainer()
        .epochs(3)
        .batch_size(4)
        .drop_last()
        .callback(OnStep(move |_| *count.lock().unwrap() += 1));
    dropping.fit(&mut model, &samples, None).unwrap();
    assert_eq!(*steps.lock().unwrap(), 3);
    // Others take one sample, and batch normalization two.
    trainer()
        .batch_size(4)
        .fit(&mut self::model(), &samples, None)
        .unwrap();
    trainer().batch_size(3).fit(&mut model, &samples, None).unwrap();
}

#[test]
fn each_fit_writes_a_table_with_its_head() {
    let file = path("table.csv");
    let mut trainer = trainer().epochs(2).callback(CsvLog::new(&file));
    for _ in 0..2 {
        trainer.fit(&mut model(), &data(40), None).unwrap();
        let table = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        assert_eq!(lines[0], "epoch,learning_rate,seconds,loss");
        assert!(
            lines[1].starts_with("1,") && lines[2].starts_with("2,"),
            "{table}"
        );
    }
    fs::remove_file(file).unwrap();
}

/// Until the first epoch has ended, the log of the last training is what there is.
#[test]
fn a_training_without_an_epoch_leaves_the_old_logs() {
    let files = [path("old.csv"), path("old.jsonl")];
    for file in &files {
        fs::write(file, "what there was\n").unwrap();
    }
    let mut trainer = trainer()
        .callback(CsvLog::new(&files[0]))
        .callback(JsonLinesLog::new(&files[1]))
        .epochs(1);
    let failed = trainer.fit_with(&mut model(), &data(8), None, |_| {
        Err(Error::other("a step that fails"))
    });
    assert!(failed.is_err());
    for file in &files {
        assert_eq!(fs::read_to_string(file).unwrap(), "what there was\n");
    }
    trainer.fit(&mut model(), &data(8), None).unwrap();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        assert!(!text.contains("what there was") && text.ends_with('\n'), "{text}");
        fs::remove_file(file).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_names_the_file() {
    let full = "/dev/full";
    let trainers = [
        trainer().callback(CsvLog::new(full)),
        trainer().callback(JsonLinesLog::new(full)),
        trainer().callback(Checkpoint::new(full)),
    ];
    for mut trainer in trainers {
        let error = trainer.fit(&mut model(), &data(8), None).unwrap_err().to_string();
        assert!(error.contains("/dev/full: No space left on device"), "{error}");
    }
}

#[cfg(feature = "safetensors")]
#[test]
fn weights_on_a_full_disk_are_an_error_that_names_the_file() {
    let error = backprop_train::SaveWeights::save(&model(), "/dev/full")
        .unwrap_err()
        .to_string();
    assert!(error.contains("/dev/full: No space left on device"), "{error}");
}
