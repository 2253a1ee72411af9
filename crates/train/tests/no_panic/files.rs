//! What is written, and what is read from files that are cut off, damaged or of something else.

use std::fs;
use std::path::{Path, PathBuf};

use backprop_testing::calls;
use backprop_testing::hostile::{Call, Source};
use backprop_train::{
    Checkpoint, CsvLog, Epoch, JsonLinesLog, OnEpoch, SaveWeights, TensorBoardLog, Training, read_weights,
};

use super::metrics::damage;
use super::seen;
use super::training::{Any, Data, data, model, trainer};

/// Where the files of this program are.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("no-panic-{}", std::process::id()))
}

fn damage_file(path: &Path, s: &mut Source) {
    let mut bytes = fs::read(path).unwrap_or_default();
    damage(&mut bytes, s);
    let _ = fs::write(path, bytes);
}

fn checkpoint(path: PathBuf, s: &mut Source) -> Checkpoint {
    let checkpoint = Checkpoint::new(path);
    match s.rng.below(4) {
        0 => checkpoint.every_epochs(s.length()),
        1 => checkpoint.every_steps(s.length()),
        2 => checkpoint.best(),
        _ => checkpoint.best_of(["loss", "accuracy"][s.rng.below(2)]),
    }
}

fn logging(trainer: Any<i64>, s: &mut Source) -> Any<i64> {
    let path = if s.seldom(4) {
        folder().join("no/such/log")
    } else {
        folder().join("log")
    };
    match s.rng.below(4) {
        0 => trainer.callback(CsvLog::new(path)),
        1 => trainer.callback(JsonLinesLog::new(path)),
        2 => trainer.callback(TensorBoardLog::new(path.with_extension("events")).every_steps(s.length())),
        _ => trainer.callback(OnEpoch(move |_: &Epoch, training: &mut Training<'_>| {
            training.save_checkpoint(path.clone());
        })),
    }
}

/// A training that is resumed, seldom from what it has written, and seldom with the same settings.
fn resumed(data: &Data<i64>, s: &mut Source) -> String {
    let path = folder().join("checkpoint");
    let mut seen = String::new();
    let mut model = model(data, s);
    let at = s.rng.clone();
    for again in [false, true] {
        if s.seldom(3) {
            damage_file(&path, s);
        } else if again && !s.seldom(4) {
            s.rng.clone_from(&at);
        }
        let mut trainer = trainer(s).callback(checkpoint(path.clone(), s));
        if again {
            trainer = trainer.resume(&path);
        }
        seen += &super::seen(&trainer.fit(&mut model, data, None));
    }
    seen
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        resume |s| data(s).map_or(String::new(), |data| resumed(&data, s));
        logs |s| data(s).map_or(String::new(), |data| {
            let (mut model, trainer) = (model(&data, s), trainer(s));
            seen(&logging(trainer, s).fit(&mut model, &data, 0.5))
        });
        read_weights |s| data::<i64>(s).map_or(String::new(), |data| {
            let (path, nowhere, mut model) = (folder().join("weights"), folder().join("no/such/weights"), model(&data, s));
            let mut seen = super::seen(&model.save(if s.seldom(6) { &nowhere } else { &path }));
            damage_file(&path, s);
            seen += &super::seen(&read_weights::<f32>(&path));
            seen += &super::seen(&read_weights::<f64>(&path));
            seen + &super::seen(&model.load(&path))
        });
    }
}
