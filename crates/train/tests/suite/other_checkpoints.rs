//! Checkpoints of an older version of the library, and of another instruction set.

use std::path::{Path, PathBuf};
use std::process::Command;

use backprop_autodiff::Module;
use backprop_tensor::simd;
use backprop_train::{Checkpoint, History, Progress, Result};

use crate::resume::{Killed, Model, data, model, trainer};

/// The run of which `reference/checkpoint_version_2` was written after two epochs, and `reference/checkpoint_version_2_within` after a step more.
fn fit(model: &mut Model, file: &Path, killed: usize, resume: Option<&Path>) -> Result<History> {
    let mut trainer = trainer()
        .callback(Checkpoint::new(file).every_steps(1))
        .callback(Killed(killed))
        .progress(Progress::Lines);
    if let Some(path) = resume {
        trainer = trainer.resume(path);
    }
    trainer.fit(model, &data(), 0.3)
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("backprop-other-{}-{name}", std::process::id()))
}

#[test]
fn a_checkpoint_of_version_2_goes_on() {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/checkpoint_version_2");
    let file = scratch("version-2");
    let (mut straight, mut resumed) = (model(0), model(5));
    let expected = fit(&mut straight, &file, usize::MAX, None).unwrap();
    let history = fit(&mut resumed, &file, usize::MAX, Some(&old)).unwrap();
    assert_eq!(history.ended, expected.ended);
    assert_eq!(history.epochs.len(), expected.epochs.len());
    // Whoever wrote the file may have had another instruction set, so that some hundred roundings of 1e-7 are others.
    for (epoch, straight) in history.epochs.iter().zip(&expected.epochs) {
        assert!((epoch.judged().loss - straight.judged().loss).abs() < 1e-4);
        assert_eq!(epoch.train.metrics, straight.train.metrics);
    }
    for (name, value) in resumed.state() {
        let other = straight.state()[&name].to_vec();
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-4;
        assert!(value.to_vec().iter().zip(&other).all(near), "{name}");
    }
    assert_eq!(history.levels[0], "unknown");
    assert_eq!(history.levels[1..], expected.levels);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_checkpoint_of_version_2_within_an_epoch_says_where_to_resume() {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/checkpoint_version_2_within");
    let file = scratch("version-2-within");
    let error = fit(&mut model(0), &file, usize::MAX, Some(&old)).unwrap_err();
    assert!(
        error.to_string().contains("resume from the end of an epoch"),
        "{error}"
    );
    assert!(!file.exists());
}

const FILE: &str = "BACKPROP_TEST_CHECKPOINT";

/// What the test below has done in processes of other instruction sets: the first call is killed, later ones resume.
#[test]
fn trains_where_the_environment_says() {
    let Some(file) = std::env::var_os(FILE).map(PathBuf::from) else {
        return;
    };
    if !file.exists() {
        assert!(fit(&mut model(0), &file, 4, None).is_err());
        return;
    }
    assert!(fit(&mut model(0), &file, 1, Some(&file)).is_err());
}

#[test]
fn a_run_that_goes_on_at_another_level_says_so() {
    let file = scratch("level");
    let child = |level: &str| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "other_checkpoints::trains_where_the_environment_says",
                "--nocapture",
            ])
            .env(FILE, &file)
            .env("BACKPROP_SIMD", level)
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let name = |level: &str| format!("{} {level}", std::env::consts::ARCH);
    let (first, best) = (name("baseline"), name(&simd::detected().to_string()));
    assert!(!child("baseline").contains("resumed"));
    assert!(!child("baseline").contains("resumed"));
    let said = child("");
    let line = format!("resumed with {best}, after {first}: ");
    assert_eq!(said.contains(&line), first != best, "{said}");

    let mut expected = vec![first, best.clone()];
    expected.dedup();
    // At the level of this process, which may be a third one.
    let now = name(&simd::level().to_string());
    if expected.last() != Some(&now) {
        expected.push(now);
    }
    let history = fit(&mut model(0), &file, usize::MAX, Some(&file)).unwrap();
    assert_eq!(history.levels, expected);
    std::fs::remove_file(file).unwrap();
}
