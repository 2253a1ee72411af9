//! What dropout keeps, and when.

use backprop_autodiff::{Error, Tape, Var, ops};
use backprop_tensor::Tensor;
use proptest::prelude::*;

fn ones(tape: &Tape<f64>, count: usize) -> Var<f64> {
    tape.variable(Tensor::full([count], 1.0).unwrap())
}

fn dropped(x: &Var<f64>) -> Vec<f64> {
    x.value().unwrap().to_vec()
}

proptest! {
    #[test]
    fn elements_are_dropped_or_scaled_and_gradients_alike(seed: u64, p in 0.0..0.99, count in 1_usize..200) {
        let tape = Tape::training(seed);
        let x = ones(&tape, count);
        let y = x.dropout(p);
        let value = dropped(&y);
        let kept = 1.0 / (1.0 - p);
        prop_assert!(value.iter().all(|&y| y == 0.0 || (y - kept).abs() < 1e-12));
        let gradients = y.sum(..).backward().unwrap();
        prop_assert_eq!(gradients.wrt(&x).unwrap().to_vec(), value);
    }

    #[test]
    fn the_seed_of_the_tape_decides(seed: u64) {
        let twice = |seed| {
            let tape = Tape::training(seed);
            let x = ones(&tape, 64);
            [dropped(&x.dropout(0.5)), dropped(&x.dropout(0.5))]
        };
        let [first, second] = twice(seed);
        prop_assert_eq!(&twice(seed), &[first.clone(), second.clone()]);
        prop_assert_ne!(first, second);
    }

    #[test]
    fn only_training_drops(p in 0.0..=1.0) {
        for tape in [Tape::<f64>::new(), Tape::inference()] {
            prop_assert_eq!(dropped(&ones(&tape, 10).dropout(p)), vec![1.0; 10]);
        }
    }

    #[test]
    fn what_is_no_probability_is_an_error_in_any_mode(p in prop_oneof![-1e300..-1e-9, 1.0000001..1e300, Just(f64::NAN), Just(f64::INFINITY)]) {
        for tape in [Tape::<f64>::new(), Tape::inference(), Tape::training(0)] {
            let error = ones(&tape, 3).dropout(p).into_value().unwrap_err();
            prop_assert!(matches!(error, Error::Operation { operation: "Dropout", .. }), "{}", error);
        }
    }
}

#[test]
fn as_many_are_dropped_as_asked_for() {
    let tape = Tape::training(3);
    for p in [0.1, 0.5, 0.8] {
        let count = 100_000;
        let zeros = dropped(&ones(&tape, count).dropout(p))
            .iter()
            .filter(|&&y| y == 0.0)
            .count();
        // Five standard deviations.
        let allowed = 5.0 * (count as f64 * p * (1.0 - p)).sqrt();
        assert!(
            (zeros as f64 - count as f64 * p).abs() < allowed,
            "{zeros} of {count} for p = {p}"
        );
    }
}

#[test]
fn all_are_dropped_for_p_of_one_and_none_for_zero() {
    let tape = Tape::training(3);
    let x = ones(&tape, 10);
    assert_eq!(dropped(&x.dropout(1.0)), [0.0; 10]);
    assert_eq!(dropped(&x.dropout(0.0)), [1.0; 10]);
    let gradients = x.dropout(1.0).sum(..).backward().unwrap();
    assert_eq!(gradients.wrt(&x).unwrap().to_vec(), [0.0; 10]);
}

#[test]
fn the_operation_can_be_applied_with_a_seed_of_its_own() {
    let tape = Tape::<f64>::inference();
    let drop = |seed| dropped(&ones(&tape, 64).apply(ops::Dropout { p: 0.5, seed }));
    assert_eq!(drop(1), drop(1));
    assert_ne!(drop(1), drop(2));
}
