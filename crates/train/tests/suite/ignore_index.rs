//! Cross entropy with a class that does not count: as if its samples were not there.

use backprop_autodiff::Tape;
use backprop_autodiff::ops::{CrossEntropyOptions, Reduction};
use backprop_datasets::TensorDataset;
use backprop_layers::{Identity, Linear};
use backprop_optim::Sgd;
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, Average, ClassWeights, CrossEntropy, Ended, F1, History, IgnoreIndex, Loss, Perplexity,
    Progress, StopOnNan, Trainer,
};
use proptest::prelude::*;

const IGNORED: i64 = -100;

fn data(inputs: Tensor, targets: Vec<i64>, weights: Option<Vec<f64>>) -> TensorDataset {
    let data = TensorDataset::new(inputs, Tensor::from(targets)).unwrap();
    match weights {
        None => data,
        Some(weights) => data.with_weights(&Tensor::from(weights)).unwrap(),
    }
}

/// After some steps with all samples in each.
fn fitted(loss: IgnoreIndex, data: &TensorDataset, balanced: bool) -> (Vec<f32>, History) {
    let mut model = Linear::new(2, 3, &mut Rng::seed(3));
    let mut trainer = Trainer::new(loss, Sgd::new(0.5))
        .epochs(3)
        .batch_size(data.len())
        .metric(Accuracy)
        .metric(F1::new(Average::Macro))
        .allow_missing_classes()
        .progress(Progress::Silent);
    if balanced {
        trainer = trainer.class_weights(ClassWeights::Balanced);
    }
    let history = trainer.fit(&mut model, data, data).unwrap();
    (model.weight.value().to_vec(), history)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn it_trains_as_without_these_samples(
        targets in proptest::collection::vec(prop_oneof![Just(IGNORED), 0..3_i64], 2..12),
        smoothing in prop::sample::select(vec![0.0, 0.2]),
        weighted: bool,
        balanced: bool,
        seed: u64,
    ) {
        let kept: Vec<i64> = (0..targets.len() as i64).filter(|&i| targets[i as usize] != IGNORED).collect();
        prop_assume!(!kept.is_empty());
        let inputs = Tensor::uniform([targets.len(), 2], -1.0, 1.0, &mut Rng::seed(seed)).unwrap();
        let weights = |places: &[i64]| weighted.then(|| places.iter().map(|&i| 0.5 + i as f64).collect());
        let all: Vec<i64> = (0..targets.len() as i64).collect();
        let loss = CrossEntropy.label_smoothing(smoothing).ignore_index(IGNORED);
        prop_assert_eq!(CrossEntropy.ignore_index(IGNORED).label_smoothing(smoothing), loss);
        let (ours, history) = fitted(loss, &data(inputs.clone(), targets.clone(), weights(&all)), balanced);
        let rest = data(
            inputs.index_select(0, &Tensor::from(kept.clone())).unwrap(),
            kept.iter().map(|&i| targets[i as usize]).collect(),
            weights(&kept),
        );
        let (theirs, expected) = fitted(loss, &rest, balanced);
        // Sums of a dozen numbers of f32 in another order, three steps long.
        for (x, y) in ours.iter().zip(&theirs) {
            prop_assert!((x - y).abs() < 1e-5, "{ours:?} {theirs:?}");
        }
        for (ours, theirs) in history.epochs.iter().zip(&expected.epochs) {
            prop_assert!((ours.train.loss - theirs.train.loss).abs() < 1e-5);
            for (ours, theirs) in [(&ours.train, &theirs.train), (ours.judged(), theirs.judged())] {
                for ((_, x), (name, y)) in ours.metrics.iter().zip(&theirs.metrics) {
                    prop_assert!((x - y).abs() < 1e-12, "{name}: {x}, not {y}");
                }
            }
        }
        match (history.baseline, expected.baseline) {
            (Some(x), Some(y)) => prop_assert!((x - y).abs() < 1e-12),
            (x, y) => prop_assert_eq!(x, y),
        }
    }
}

/// More sequences than are evaluated at once, of words half of which are padding.
fn sequences() -> (Tensor, Tensor<i64>) {
    let rng = &mut Rng::seed(5);
    let outputs = Tensor::uniform([700, 4, 3], -2.0, 2.0, rng).unwrap();
    let words = Tensor::<i64>::random_integers([700, 3], 0, 8, rng).unwrap();
    let words = words.map(|word| if word > 3 { IGNORED } else { word }).unwrap();
    (outputs, words)
}

#[test]
fn words_count_the_same_in_whatever_sequence() {
    let (outputs, words) = sequences();
    let loss = CrossEntropy.ignore_index(IGNORED);
    let trainer: Trainer<_, Sgd> = Trainer::new(loss, Sgd::new(0.1))
        .metric(Accuracy)
        .metric(Perplexity);
    let data = TensorDataset::new(outputs.clone(), words.clone()).unwrap();
    let evaluation = trainer.evaluate(&Identity, &data).unwrap();
    let options = CrossEntropyOptions {
        ignored_class: Some(IGNORED),
        reduction: Reduction::Mean,
        ..CrossEntropyOptions::default()
    };
    let output = Tape::new().variable(outputs.clone());
    let expected = f64::from(output.cross_entropy_with(&words, options).item().unwrap());
    assert!(
        (evaluation.loss - expected).abs() < 1e-5,
        "{evaluation:?}, not {expected}"
    );
    assert!((evaluation.metrics[1].1 - expected.exp()).abs() < 1e-5);
    // Of the words that count, by hand.
    let (outputs, words) = (outputs.permute([0, 2, 1]).unwrap().to_vec(), words.to_vec());
    let rows = outputs
        .chunks(4)
        .zip(&words)
        .filter(|(_, word)| **word != IGNORED);
    let is_right = |(row, word): &(&[f32], &i64)| row.iter().all(|x| *x <= row[**word as usize]);
    let share = rows.clone().filter(is_right).count() as f64 / rows.count() as f64;
    assert!((evaluation.metrics[0].1 - share).abs() < 1e-12);
}

#[test]
fn the_loss_of_a_sequence_is_the_mean_over_the_words_that_count() {
    let tape = Tape::new();
    let output = tape.variable(Tensor::from([
        [[0.0_f64, 9.0], [0.0, 1.0]],
        [[5.0, 5.0], [1.0, 1.0]],
    ]));
    let words = Tensor::from([[0_i64, IGNORED], [IGNORED, IGNORED]]);
    let loss = CrossEntropy.ignore_index(IGNORED);
    let each = loss.each(&output, &words).unwrap();
    assert_eq!(each.value().unwrap().to_vec(), [2_f64.ln(), 0.0]);
    let gradients = each.sum(..).backward().unwrap();
    assert_eq!(
        gradients.wrt(&output).unwrap().to_vec(),
        [-0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]
    );
    assert_eq!(loss.weights(&words).unwrap().to_vec(), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(
        loss.weights(&Tensor::from([0.5_f32, -100.0])).unwrap().to_vec(),
        [1.0, 1.0]
    );
}

#[test]
fn a_batch_of_ignored_targets_is_a_step_without_weight() {
    let inputs = Tensor::uniform([20, 2], -1.0, 1.0, &mut Rng::seed(0)).unwrap();
    // In batches of two, most have nothing that counts.
    let targets = (0..20).map(|i| if i > 17 { i - 18 } else { IGNORED }).collect();
    let data = data(inputs, targets, None);
    for accumulate in [1, 3] {
        let mut model = Linear::new(2, 2, &mut Rng::seed(1));
        let mut trainer = Trainer::new(CrossEntropy.ignore_index(IGNORED), Sgd::new(0.1))
            .batch_size(2)
            .epochs(2)
            .accumulate(accumulate)
            .class_weights(ClassWeights::Given(vec![1.0, 2.0]))
            .metric(Accuracy)
            .callback(StopOnNan)
            .progress(Progress::Silent);
        let history = trainer.fit(&mut model, &data, &data).unwrap();
        assert_eq!(history.ended, Ended::Completed);
        for epoch in &history.epochs {
            assert!(epoch.train.loss > 0.0 && epoch.judged().loss > 0.0);
            assert!([0.0, 0.5, 1.0].contains(&epoch.judged().metrics[0].1));
        }
        assert!(model.weight.value().to_vec().iter().all(|w| w.is_finite()));
    }
}

#[test]
fn targets_that_are_neither_classes_nor_ignored_are_refused() {
    let inputs = Tensor::uniform([4, 2], -1.0, 1.0, &mut Rng::seed(0)).unwrap();
    let mut model = Linear::new(2, 3, &mut Rng::seed(1));
    let mut fit = |ignored: i64, targets: [i64; 4]| {
        let mut trainer = Trainer::new(CrossEntropy.ignore_index(ignored), Sgd::new(0.1))
            .epochs(1)
            .progress(Progress::Silent);
        let data = data(inputs.clone(), targets.to_vec(), None);
        trainer
            .fit(&mut model, &data, None)
            .map_err(|error| error.to_string())
    };
    fit(IGNORED, [0, IGNORED, 1, 2]).unwrap();
    // The class that is ignored may be one of the model's, and be missing.
    fit(0, [1, 2, 2, 1]).unwrap();
    fit(0, [0, 1, 2, 2]).unwrap();
    let error = fit(IGNORED, [0, IGNORED, -1, 2]).unwrap_err();
    assert!(error.contains("sample 2: the target is -1"), "{error}");
    let error = fit(IGNORED, [0, IGNORED, 2, 2]).unwrap_err();
    assert!(error.contains("none of the 4 samples is of class 1"), "{error}");
    let error = fit(IGNORED, [IGNORED; 4]).unwrap_err();
    assert!(error.contains("ignores the targets of all samples"), "{error}");
}
