//! Threshold units against logic, and with anything.

use backprop_autodiff::{Module, Tape};
use backprop_layers::{Layer, ThresholdUnit};
use backprop_tensor::Tensor;
use backprop_testing::calls;
use backprop_testing::hostile::panics;
use proptest::prelude::*;

fn answer(unit: &ThresholdUnit, inputs: &[bool]) -> bool {
    let x: Vec<f32> = inputs.iter().map(|&on| f32::from(u8::from(on))).collect();
    let y = unit
        .forward(&Tape::inference().input(Tensor::from(x)))
        .into_value()
        .unwrap();
    assert_eq!(y.shape(), &[1]);
    match y.to_vec()[..] {
        [1.0] => true,
        [0.0] => false,
        ref other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn units_are_logic(inputs in prop::collection::vec(any::<bool>(), 1..9), k in 0..10_usize, inhibitory in 0..4_usize) {
        let n = inputs.len();
        let on = inputs.iter().filter(|&&on| on).count();
        prop_assert_eq!(answer(&ThresholdUnit::at_least(k, n), &inputs), on >= k);
        prop_assert_eq!(answer(&ThresholdUnit::and(n), &inputs), on == n);
        prop_assert_eq!(answer(&ThresholdUnit::or(n), &inputs), on > 0);
        prop_assert_eq!(answer(&ThresholdUnit::majority(n), &inputs), 2 * on > n);
        prop_assert_eq!(answer(&ThresholdUnit::not(), &inputs[..1]), !inputs[0]);
        // The last inputs are inhibitory.
        let weighted = n - inhibitory.min(n);
        let (x, z) = inputs.split_at(weighted);
        let expected = x.iter().filter(|&&on| on).count() >= k && !z.contains(&true);
        prop_assert_eq!(answer(&ThresholdUnit::at_least(k, weighted).inhibited_by(z.len()), &inputs), expected);
    }

    /// A negative weight that outweighs all others does what an inhibitory input does.
    #[test]
    fn inhibition_is_a_weight_of_minus_n(inputs in prop::collection::vec(any::<bool>(), 2..9), k in 1..10_usize) {
        let n = inputs.len() - 1;
        let mut weights = vec![1.0; n];
        weights.push(-(n as f32));
        let unit = ThresholdUnit::new(&weights, k as f64);
        prop_assert_eq!(answer(&unit, &inputs), answer(&ThresholdUnit::at_least(k, n).inhibited_by(1), &inputs));
    }

    #[test]
    fn units_return_whatever_they_are_given(seed: u64) {
        let calls = calls! {
            forward |s| {
                let unit = match s.rng.below(3) {
                    0 => ThresholdUnit::new(s.tensor::<f32>().to_vec(), s.real()),
                    1 => ThresholdUnit::at_least(s.length(), s.length()),
                    _ => ThresholdUnit::majority(s.length()),
                };
                let unit = if s.flag() { unit.inhibited_by(s.length()) } else { unit };
                let tape = if s.flag() { Tape::tracing() } else { Tape::new() };
                unit.forward(&tape.variable(s.tensor()))
            };
            and |s| ThresholdUnit::and(s.length()).forward(&Tape::new().input(s.tensor()));
            or |s| ThresholdUnit::or(s.length()).forward(&Tape::new().input(s.tensor()));
            not |s| ThresholdUnit::not().forward(&Tape::new().input(s.tensor()));
        };
        prop_assert_eq!(panics(&calls, seed, false), [""; 0]);
    }
}

#[test]
fn nothing_is_trained_and_wrong_widths_are_errors() {
    let unit = ThresholdUnit::or(2).inhibited_by(1);
    assert!(unit.parameters().iter().all(|param| !param.is_trainable()));
    let tape = Tape::training(0);
    let x = tape.variable(Tensor::from([[1.0, 0.0, 0.0]]));
    assert_eq!(unit.forward(&x).sum(..).backward().unwrap().len(), 0);
    for width in [0, 1, 2, 4] {
        assert!(
            unit.forward(&Tape::new().input(Tensor::zeros([5, width]).unwrap()))
                .value()
                .is_err()
        );
    }
}

/// Of the 16 functions of two inputs, one unit computes all but XOR and its opposite, which no weights can: `0 < θ`, `w₁ ≥ θ` and
/// `w₂ ≥ θ` contradict `w₁ + w₂ < θ`.
#[test]
fn one_unit_computes_fourteen_functions() {
    let mut found = [false; 16];
    for (w1, w2, halves) in (0..5 * 5 * 19).map(|i| (i / 95 - 2, i / 19 % 5 - 2, i % 19 - 9)) {
        let unit = ThresholdUnit::new([w1 as f32, w2 as f32], f64::from(halves) / 2.0);
        let answers = (0..4).map(|pair| usize::from(answer(&unit, &[pair & 2 != 0, pair & 1 != 0])));
        found[answers.fold(0, |bits, answer| 2 * bits + answer)] = true;
    }
    let missing: Vec<usize> = (0..16).filter(|&function| !found[function]).collect();
    assert_eq!(missing, [0b0110, 0b1001]);
}
