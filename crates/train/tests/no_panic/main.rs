//! Every public function returns, whatever its arguments: a value or an error, never a panic, never memory that only a hostile
//! argument asked for, never a run without end.
//!
//! A public function that is not named here fails a test of the workspace (`cargo xtask layers`).

mod callbacks;
mod files;
mod found;
mod losses;
mod material;
mod metrics;
mod results;
mod search;
mod trainer;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Debug;
use std::fs;

use backprop_tensor::{Numeric, Tensor};
use backprop_testing::hostile::{Call, Sample, Source, panics};
use backprop_train::Result;
use proptest::prelude::*;

/// What is drawn from a seed cannot be made smaller by another seed.
fn returning(cases: u32) -> ProptestConfig {
    ProptestConfig {
        max_shrink_iters: 0,
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(returning(1000))]

    #[test]
    fn losses_and_metrics_return(seed in any::<u64>()) {
        let calls: Vec<_> = [losses::all(), metrics::all(), results::all(), search::all()].into_iter().flatten().collect();
        prop_assert_eq!(panics(&calls, seed, false), [""; 0]);
    }

}

proptest! {
    #![proptest_config(returning(3000))]

    #[test]
    fn training_returns(seed in any::<u64>()) {
        prop_assert_eq!(panics(&trainer::all(), seed, false), [""; 0]);
    }
}

proptest! {
    #![proptest_config(returning(1000))]

    #[test]
    fn logs_and_checkpoints_return(seed in any::<u64>()) {
        prop_assert_eq!(panics_with_files(&callbacks::all(), seed), [""; 0]);
    }
}

proptest! {
    #![proptest_config(returning(400))]

    #[test]
    fn files_return(seed in any::<u64>()) {
        prop_assert_eq!(panics_with_files(&files::all(), seed), [""; 0]);
    }
}

/// As [`panics`], in a folder that is there for these calls alone, and outside of which nothing may be written.
fn panics_with_files(calls: &[Call], seed: u64) -> Vec<&'static str> {
    let folder = files::folder();
    fs::create_dir_all(&folder).unwrap();
    let before = neighbors();
    let panics = panics(calls, seed, false);
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(neighbors(), before);
    panics
}

/// What lies where relative paths begin.
fn neighbors() -> BTreeSet<OsString> {
    let entries = [".", ".."].map(|folder| fs::read_dir(folder).unwrap());
    entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().into_os_string())
        .collect()
}

/// What came out, looked at from all sides.
fn seen<V: Debug>(result: &Result<V>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{error} {error:?}"),
    }
}

/// Outputs and targets, of which most fit: classes, labels, or a target for each output.
fn outputs<Y: Numeric + Sample>(s: &mut Source) -> (Tensor<f32>, Tensor<Y>) {
    if s.seldom(3) {
        let output = s.tensor();
        let targets = if s.flag() {
            s.of_shape(output.shape())
        } else {
            s.fitting(&output)
        };
        return (output, targets);
    }
    let (samples, classes) = (s.rng.below(5), s.rng.below(4));
    let (shape, right) = match s.rng.below(4) {
        0 => (vec![samples], vec![samples]),
        1 => (vec![samples, classes], vec![samples, classes]),
        2 => (vec![samples, classes, 2], vec![samples, 2]),
        _ => (vec![samples, classes], vec![samples]),
    };
    let extreme = s.seldom(4);
    let target = |s: &mut Source| {
        if extreme {
            s.number()
        } else {
            Y::small(s.rng.below(classes.max(1)) as i8)
        }
    };
    let targets = Tensor::from_fn(right, |_| target(s)).unwrap_or_default();
    (s.of_shape(&shape), targets)
}
