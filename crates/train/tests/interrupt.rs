//! Ctrl-C ends training after the step.

#![cfg(all(feature = "ctrlc", unix))]

use std::process::Command;

use backprop_datasets::synthetic::moons;
use backprop_layers::Linear;
use backprop_optim::Sgd;
use backprop_tensor::Rng;
use backprop_train::{Checkpoint, CrossEntropy, Ended, OnStep, Progress, Step, StopHandle, Trainer};

#[test]
fn ctrl_c_ends_training_with_everything_saved() {
    let stop = StopHandle::on_ctrl_c().unwrap();
    assert!(StopHandle::on_ctrl_c().is_err());
    let file = std::env::temp_dir().join(format!("backprop-interrupt-{}", std::process::id()));
    let data = moons(100, 0.1, &mut Rng::seed(0)).unwrap();
    let trainer = || {
        Trainer::new(CrossEntropy, Sgd::new(0.1))
            .batch_size(10)
            .callback(Checkpoint::new(&file).every_epochs(usize::MAX))
            .progress(Progress::Silent)
    };
    let handle = stop.clone();
    let signal = OnStep(move |step: &Step<'_>| {
        if step.total == 13 {
            let process = std::process::id().to_string();
            assert!(
                Command::new("kill")
                    .args(["-INT", &process])
                    .status()
                    .unwrap()
                    .success()
            );
            // The handler runs on a thread of its own.
            while !handle.is_stopped() {
                std::thread::yield_now();
            }
        }
    });
    let mut model = Linear::new(2, 2, &mut Rng::seed(0));
    let mut interrupted = trainer().callback(signal).stop_handle(stop);
    let history = interrupted.fit(&mut model, &data, None).unwrap();
    assert_eq!((history.epochs.len(), history.ended), (1, Ended::Stopped));

    let mut straight = Linear::new(2, 2, &mut Rng::seed(0));
    let idle = || OnStep(|_: &Step<'_>| {});
    trainer()
        .callback(idle())
        .fit(&mut straight, &data, None)
        .unwrap();
    let mut resumed = Linear::new(2, 2, &mut Rng::seed(1));
    // The closures are of different types, but of one name.
    trainer()
        .callback(idle())
        .resume(&file)
        .fit(&mut resumed, &data, None)
        .unwrap();
    assert_eq!(resumed, straight);
    std::fs::remove_file(file).unwrap();
}
