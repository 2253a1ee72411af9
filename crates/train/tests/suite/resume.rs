//! A run that was stopped and goes on from its checkpoint ends like one that was not, to the bit.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use backprop_datasets::TensorDataset;
use backprop_datasets::synthetic::moons;
use backprop_layers::{Dropout, Linear, Sequential, Tanh, sequential};
use backprop_optim::{Adam, Optimizer, ReduceOnPlateau, RmsProp};
use backprop_tensor::Rng;
use backprop_train::{
    Accuracy, Callback, Checkpoint, CrossEntropy, EarlyStopping, Ended, Error, History, LogLoss, OnStep,
    Progress, Result, RocAuc, Step, StopHandle, Trainer, Training, Validation,
};
use proptest::prelude::*;

pub type Model = Sequential<(Linear, Tanh, Dropout, Linear)>;

pub fn model(seed: u64) -> Model {
    let rng = &mut Rng::seed(seed);
    sequential![
        Linear::new(2, 6, rng),
        Tanh,
        Dropout::new(0.2),
        Linear::new(6, 2, rng)
    ]
}

pub fn data() -> TensorDataset {
    moons(60, 0.3, &mut Rng::seed(1)).unwrap()
}

/// With everything that remembers something: moments, a plateau, early stopping, metrics, a generator.
pub fn trainer() -> Trainer<CrossEntropy, Adam> {
    Trainer::new(CrossEntropy, Adam::new(0.05))
        .epochs(6)
        .batch_size(7)
        .accumulate(2)
        .seed(3)
        .metric(Accuracy)
        .metric(RocAuc)
        .schedule(ReduceOnPlateau::new(0.5, 0).threshold(0.05))
        .callback(EarlyStopping::new(2).min_delta(0.02))
        .progress(Progress::Silent)
}

/// A path of its own for each test.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("backprop-resume-{}-{name}", std::process::id()))
}

/// But for the time it took.
fn without_time(mut history: History) -> History {
    for epoch in &mut history.epochs {
        epoch.seconds = 0.0;
    }
    history
}

/// Fails after so many steps, as a program that is killed does: nothing is tidied up.
pub struct Killed(pub usize);

impl Callback for Killed {
    fn on_step_begin(&mut self, _: usize, _: &mut Training<'_>) -> Result<()> {
        match self.0.checked_sub(1) {
            None => Err(Error::other("killed")),
            Some(rest) => {
                self.0 = rest;
                Ok(())
            }
        }
    }
}

/// A run that is killed after some steps and goes on in another program, which has nothing but the file.
fn killed_and_resumed(
    file: &Path,
    checkpoint: &Checkpoint,
    steps: usize,
    validation: fn() -> Validation<'static>,
) -> (Model, History) {
    let mut first = model(0);
    let killed = trainer()
        .callback(checkpoint.clone())
        .callback(Killed(steps))
        .fit(&mut first, &data(), validation());
    if let Ok(history) = killed {
        return (first, history);
    }
    let mut second = model(if file.exists() { 9 } else { 0 });
    let again = trainer()
        .callback(checkpoint.clone())
        .callback(Killed(usize::MAX));
    let mut again = if file.exists() { again.resume(file) } else { again };
    let history = again.fit(&mut second, &data(), validation()).unwrap();
    (second, history)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn killed_after_any_step(steps in 0..32_usize, every in 1..7_usize, by_epochs: bool, validate: bool) {
        let file = path("killed");
        let _ = fs::remove_file(&file);
        let validation: fn() -> Validation<'static> = if validate { || 0.3.into() } else { || None.into() };
        let checkpoint = Checkpoint::new(&file);
        let checkpoint = if by_epochs { checkpoint.every_epochs(every) } else { checkpoint.every_steps(every) };

        let mut straight = model(0);
        let expected = trainer().callback(checkpoint.clone()).callback(Killed(usize::MAX)).fit(&mut straight, &data(), validation()).unwrap();
        let _ = fs::remove_file(&file);
        let (resumed, history) = killed_and_resumed(&file, &checkpoint, steps, validation);
        prop_assert_eq!(resumed, straight);
        prop_assert_eq!(without_time(history), without_time(expected));
        let _ = fs::remove_file(&file);
    }

    /// Stopped from outside, with everything saved.
    #[test]
    fn stopped_after_any_step(steps in 1..32_usize) {
        let file = path("stopped");
        let _ = fs::remove_file(&file);
        let run = |stop: &StopHandle, at: usize| {
            let handle = stop.clone();
            let watch = OnStep(move |step: &Step<'_>| if step.total == at { handle.stop() });
            trainer().stop_handle(stop.clone()).callback(Checkpoint::new(&file).every_epochs(1000)).callback(watch)
        };
        let mut straight = model(0);
        let expected = run(&StopHandle::new(), 0).fit(&mut straight, &data(), 0.3).unwrap();
        let mut first = model(0);
        let history = run(&StopHandle::new(), steps).fit(&mut first, &data(), 0.3).unwrap();
        if history.ended == Ended::Stopped {
            let mut second = model(5);
            let resumed = run(&StopHandle::new(), 0).resume(&file).fit(&mut second, &data(), 0.3).unwrap();
            prop_assert_eq!(second, straight);
            prop_assert_eq!(without_time(resumed), without_time(expected));
            fs::remove_file(&file).unwrap();
        } else {
            prop_assert_eq!(first, straight);
        }
    }

    /// Whatever happens to the file, resuming from it works as before or is an error; nothing panics, and no memory is asked for.
    #[test]
    fn damaged_files_are_errors(position in any::<prop::sample::Index>(), change in 1..=255_u8, length in any::<prop::sample::Index>()) {
        let file = path("damaged");
        let mut trained = model(0);
        trainer().epochs(1).callback(Checkpoint::new(&file)).fit(&mut trained, &data(), None).unwrap();
        let bytes = fs::read(&file).unwrap();
        let resume = |bytes: &[u8]| {
            fs::write(&file, bytes).unwrap();
            let mut other = model(1);
            let before = other.clone();
            let resumed = trainer().epochs(1).callback(Checkpoint::new(&file)).resume(&file).fit(&mut other, &data(), None);
            assert!(resumed.is_ok() || other == before);
            resumed.map(|_| ()).map_err(|error| error.to_string())
        };
        let mut changed = bytes.clone();
        let position = position.index(bytes.len());
        changed[position] ^= change;
        prop_assert!(resume(&changed).is_err());
        let error = resume(&bytes[..length.index(bytes.len())]).unwrap_err();
        prop_assert!(error.contains("cut off") || error.contains("no checkpoint"), "{error}");
        prop_assert_eq!(resume(&bytes), Ok(()));
        fs::remove_file(&file).unwrap();
    }
}

#[test]
fn another_run_is_an_error_that_says_what_differs() {
    let file = path("other");
    let _ = fs::remove_file(&file);
    let error = |trainer: Trainer<CrossEntropy, Adam>, data: &TensorDataset, model: &mut Model| {
        trainer
            .resume(&file)
            .fit(model, data, None)
            .unwrap_err()
            .to_string()
    };
    let missing = error(trainer(), &data(), &mut model(0));
    assert!(missing.starts_with(&file.display().to_string()), "{missing}");

    trainer()
        .callback(Checkpoint::new(&file))
        .fit(&mut model(0), &data(), None)
        .unwrap();
    let with = || trainer().callback(Checkpoint::new(&file));
    for (trainer, data, expected) in [
        (
            with(),
            data().take(50),
            "the number of training samples was 60 and is 50",
        ),
        (with().batch_size(8), data(), "the batch size was 7 and is 8"),
        (
            with().accumulate(1),
            data(),
            "the batches of a step was 2 and is 1",
        ),
        (with().metric(LogLoss), data(), "the list of metrics was"),
        (with().drop_last(), data(), "drop_last was false and is true"),
        (
            with().schedule_epochs(5),
            data(),
            "the length of the schedule was that of the run, 6 epochs, and is 5 epochs",
        ),
        (trainer(), data(), "the list of callbacks was"),
    ] {
        let message = error(trainer, &data, &mut model(0));
        assert!(
            message.contains(&format!("is of another run: {expected}")),
            "{message}"
        );
    }
    let mut narrow = sequential![Linear::new(2, 2, &mut Rng::seed(0))];
    let message = with()
        .resume(&file)
        .fit(&mut narrow, &data(), None)
        .unwrap_err()
        .to_string();
    assert!(message.contains("is of another model: "), "{message}");
    // The moments of another optimizer would be taken for its own.
    let message = Trainer::new(CrossEntropy, RmsProp::new(0.1))
        .batch_size(7)
        .accumulate(2)
        .metric(Accuracy)
        .metric(RocAuc)
        .callback(EarlyStopping::new(2))
        .callback(Checkpoint::new(&file))
        .resume(&file)
        .fit(&mut model(0), &data(), None)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("is of another run: the optimizer was Adam and is RmsProp"),
        "{message}"
    );
    // Of numbers of another type.
    let wide = data().map_inputs(|x| x.cast::<f64>()).unwrap();
    let mut model: Linear<f64> = Linear::builder(2, 2).build_as(&mut Rng::seed(0));
    let message = Trainer::new(CrossEntropy, RmsProp::new(0.1))
        .resume(&file)
        .fit(&mut model, &wide, None)
        .unwrap_err();
    assert!(
        message.to_string().contains("is of a model in f32, not in f64"),
        "{message}"
    );
    fs::remove_file(&file).unwrap();
}

#[test]
fn the_schedule_keeps_the_length_it_was_given() {
    let file = path("length");
    let run = |epochs| trainer().epochs(epochs).callback(Checkpoint::new(&file));
    let resume = |trainer: Trainer<CrossEntropy, Adam>| {
        let resumed = trainer.resume(&file).fit(&mut model(0), &data(), None);
        resumed.map(|_| ()).map_err(|error| error.to_string())
    };
    // Of its own accord, a schedule is as long as the run, which may become longer.
    run(2).fit(&mut model(0), &data(), None).unwrap();
    assert_eq!(resume(run(3)), Ok(()));
    run(2).fit(&mut model(0), &data(), None).unwrap();
    assert_eq!(resume(run(3).schedule_epochs(2)), Ok(()));
    // That was asked for, and so it has to be asked for again, or be the number of epochs.
    let message = resume(run(4)).unwrap_err();
    assert!(
        message.contains("the length of the schedule was 2 epochs and is that of the run, 4 epochs,"),
        "{message}"
    );
    assert_eq!(resume(run(4).schedule_epochs(2)), Ok(()));
    let message = resume(run(4).schedule_epochs(3)).unwrap_err();
    assert!(
        message.contains("the length of the schedule was 2 epochs and is 3 epochs"),
        "{message}"
    );
    // Without a schedule, its length means nothing.
    let plain = || Trainer::new(CrossEntropy, Adam::new(0.1)).progress(Progress::Silent);
    let plain = || plain().epochs(1).callback(Checkpoint::new(&file));
    plain()
        .schedule_epochs(7)
        .fit(&mut model(0), &data(), None)
        .unwrap();
    assert_eq!(resume(plain().schedule_epochs(8)), Ok(()));
    fs::remove_file(&file).unwrap();
}

/// A run that began on a terminal goes on in a script.
#[test]
fn progress_may_be_shown_in_another_way() {
    let file = path("progress");
    let run = |epochs| trainer().epochs(epochs).callback(Checkpoint::new(&file));
    for (before, after) in [
        (Progress::Lines, Progress::Silent),
        (Progress::Silent, Progress::Automatic),
    ] {
        let mut straight = model(0);
        run(3).fit(&mut straight, &data(), None).unwrap();
        run(2).progress(before).fit(&mut model(0), &data(), None).unwrap();
        let mut resumed = model(1);
        let again = run(3)
            .progress(after)
            .resume(&file)
            .fit(&mut resumed, &data(), None);
        assert_eq!(again.unwrap().epochs.len(), 3);
        assert_eq!(resumed, straight);
    }
    fs::remove_file(&file).unwrap();
}

#[test]
fn only_the_best_epoch_is_kept_if_asked_for() {
    let file = path("best");
    let mut model = model(0);
    let mut losses = Vec::new();
    struct Weights(std::rc::Rc<std::cell::RefCell<Vec<Model>>>);
    impl Callback for Weights {
        fn on_epoch_end(
            &mut self,
            _: &backprop_train::Epoch,
            training: &mut Training<'_>,
        ) -> Result<ControlFlow<()>> {
            let mut now = self::model(0);
            backprop_autodiff::Module::load_state(&mut now, &training.model.state())?;
            self.0.borrow_mut().push(now);
            Ok(ControlFlow::Continue(()))
        }
    }
    let seen = std::rc::Rc::default();
    let history = Trainer::new(CrossEntropy, Adam::new(0.5))
        .epochs(8)
        .callback(Checkpoint::new(&file).best())
        .callback(Weights(std::rc::Rc::clone(&seen)))
        .progress(Progress::Silent)
        .fit(&mut model, &data(), 0.3)
        .unwrap();
    losses.extend(history.epochs.iter().map(|epoch| epoch.judged().loss));
    let best = history.best().unwrap().epoch;
    let mut resumed = self::model(7);
    Trainer::new(CrossEntropy, Adam::new(0.5))
        .epochs(best)
        .callback(Checkpoint::new(&file).best())
        .callback(Weights(std::rc::Rc::default()))
        .progress(Progress::Silent)
        .resume(&file)
        .fit(&mut resumed, &data(), 0.3)
        .unwrap();
    assert_eq!(resumed, seen.borrow()[best - 1], "{losses:?}");
    fs::remove_file(&file).unwrap();
}

/// What a run that goes on takes from its checkpoint, and what from the trainer.
#[test]
fn a_resumed_run_has_its_generator_and_learning_rate_from_the_checkpoint() {
    let file = path("from");
    let run = |epochs| trainer().epochs(epochs).callback(Checkpoint::new(&file));
    let mut whole = model(0);
    trainer()
        .epochs(4)
        .callback(Checkpoint::new(path("from-whole")))
        .fit(&mut whole, &data(), None)
        .unwrap();
    fs::remove_file(path("from-whole")).unwrap();

    for change in [0, 1, 2] {
        run(2).fit(&mut model(0), &data(), None).unwrap();
        let mut trainer = run(4).resume(&file);
        match change {
            0 => {}
            1 => trainer = trainer.seed(77),
            _ => trainer.optimizer_mut().set_learning_rate(0.5),
        }
        let mut resumed = model(1);
        trainer.fit(&mut resumed, &data(), None).unwrap();
        assert_eq!(resumed, whole, "{change}");
    }

    // As many epochs as there are already, or fewer: there is nothing left to do.
    for epochs in [4, 3, 1] {
        let mut resumed = model(1);
        let history = run(epochs)
            .resume(&file)
            .fit(&mut resumed, &data(), None)
            .unwrap();
        assert_eq!((history.epochs.len(), &resumed), (4, &whole));
    }
    fs::remove_file(&file).unwrap();
}
