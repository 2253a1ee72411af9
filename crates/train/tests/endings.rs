//! What decides when a training ends, which epoch counts as the best, and what is left behind for the next one.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use backprop_datasets::TensorDataset;
use backprop_datasets::synthetic::moons;
use backprop_layers::Linear;
use backprop_optim::{Optimizer, Schedule, Sgd, Time};
use backprop_tensor::Rng;
use backprop_train::{
    Checkpoint, CrossEntropy, CsvLog, EarlyStopping, Ended, History, OnStep, Progress, Step, StopHandle,
    Trainer,
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
