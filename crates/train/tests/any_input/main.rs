//! Losses, metrics and results return, whatever the arguments: a value or an error, never a panic, never memory that only a
//! hostile argument asked for.

mod losses;
mod metrics;
mod results;

use std::fmt::Debug;

use backprop_layers::{Identity, Linear};
use backprop_tensor::{Numeric, Rng, Tensor};
use backprop_testing::hostile::{Sample, Source, panics};
use backprop_train::{Result, predict};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn losses_and_metrics_return(seed in any::<u64>()) {
        let calls: Vec<_> = [losses::all(), metrics::all(), results::all()].into_iter().flatten().collect();
        prop_assert_eq!(panics(&calls, seed, false), [""; 0]);
    }
}

/// More samples than batches could be made of, which take no memory as they have no features.
#[test]
fn samples_without_features_are_no_endless_batches() {
    let inputs = Tensor::<f32>::zeros([1 << 47, 0]).unwrap();
    assert_eq!(predict(&Identity, &inputs).unwrap().shape(), inputs.shape());
    let model = Linear::new(0, 2, &mut Rng::seed(0));
    assert!(predict(&model, &inputs).is_err());
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
