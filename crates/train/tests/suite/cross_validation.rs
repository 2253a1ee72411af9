//! Cross-validation: which samples are where, and what comes out.

use std::cell::Cell;

use backprop_datasets::{TensorDataset, iris};
use backprop_layers::Linear;
use backprop_optim::{Adam, Sgd};
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, ConfusionMatrix, CrossEntropy, MeanSquaredError, Progress, R2, Trainer, cross_validate,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A model that does not learn gives the outputs of all samples, each in its place, whatever the folds.
    #[test]
    fn outputs_are_in_the_order_of_the_data(n in 2..30_usize, k in 2..6_usize, seed: u64) {
        prop_assume!(k <= n);
        let rng = &mut Rng::seed(seed);
        let inputs = Tensor::<f32>::uniform([n, 1], -1.0, 1.0, rng).unwrap();
        let data = TensorDataset::new(inputs.clone(), inputs.reshape([n]).unwrap()).unwrap();
        let scores = cross_validate(&data, k, rng, |_| {
            let model = Linear::new(1, 1, &mut Rng::seed(0));
            Ok((model, Trainer::new(MeanSquaredError, Sgd::new(0.0)).epochs(1).progress(Progress::Silent)))
        }).unwrap();
        prop_assert_eq!(scores.folds.len(), k);
        let model = Linear::new(1, 1, &mut Rng::seed(0));
        // A product of one row may round otherwise than one of many.
        let expected = backprop_train::predict(&model, &inputs).unwrap();
        prop_assert_eq!(scores.outputs.shape(), expected.shape());
        for (output, expected) in scores.outputs.to_vec().into_iter().zip(expected.to_vec()) {
            prop_assert!((output - expected).abs() <= 4.0 * f32::EPSILON * expected.abs().max(1.0));
        }
    }
}

#[test]
fn iris_is_learned_from_four_fifths() {
    let data = iris::load().unwrap();
    let scores = cross_validate(&data, 5, &mut Rng::seed(0), |fold| {
        let model = Linear::new(4, 3, &mut Rng::seed(fold as u64));
        let trainer = Trainer::new(CrossEntropy, Adam::new(0.05))
            .epochs(100)
            .metric(Accuracy)
            .progress(Progress::Silent);
        Ok((model, trainer))
    })
    .unwrap();
    let mean = scores.mean("accuracy").unwrap();
    assert!(mean > 0.94, "{scores}");
    // The folds are equally large, so the mean over them is that over the samples.
    let mut matrix = ConfusionMatrix::new(3);
    matrix
        .add(&scores.outputs.argmax(-1).unwrap(), data.targets())
        .unwrap();
    assert!((matrix.accuracy() - mean).abs() < 1e-12);
    let values = scores.values("accuracy").unwrap();
    let variance = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / 5.0;
    assert!((scores.std("accuracy").unwrap() - variance.sqrt()).abs() < 1e-12);
    assert_eq!((scores.mean("f1"), scores.std("f1")), (None, None));
    assert!(scores.to_string().contains("accuracy 0.9"), "{scores}");
    // Each fold has ten of each class.
    assert!(scores.histories.iter().all(|history| history.epochs.len() == 100));
}

#[test]
fn more_folds_than_samples_are_an_error() {
    let data = iris::load().unwrap().take(3);
    let build = |_| {
        let trainer: Trainer<_, _> = Trainer::new(CrossEntropy, Adam::new(0.1)).metric(Accuracy);
        Ok((Linear::new(4, 3, &mut Rng::seed(0)), trainer))
    };
    for k in [0, 1, 4, usize::MAX] {
        assert!(cross_validate(&data, k, &mut Rng::seed(0), build).is_err());
    }
    let _ = R2;
}

/// Each fold has some samples that count, or nothing is trained.
#[test]
fn weights_of_zero_are_spread_over_the_folds() {
    let data = iris::load().unwrap();
    let weighted = |counting: &[usize]| {
        let weights = (0..data.len()).map(|sample| f64::from(u8::from(counting.contains(&sample))));
        let weights = Tensor::from(weights.collect::<Vec<_>>());
        data.clone().with_weights(&weights).unwrap()
    };
    let trained = Cell::new(0);
    let build = |_| {
        trained.set(trained.get() + 1);
        let trainer = Trainer::new(CrossEntropy, Adam::new(0.1)).epochs(1);
        Ok((
            Linear::new(4, 3, &mut Rng::seed(0)),
            trainer.metric(Accuracy).progress(Progress::Silent),
        ))
    };
    // Two of each class, for five folds: drawn without a look at them, most seeds leave some fold without.
    let few = weighted(&[0, 1, 60, 61, 120, 121]);
    for seed in 0..20 {
        let scores = cross_validate(&few, 5, &mut Rng::seed(seed), build).unwrap();
        assert!(scores.values("loss").unwrap().iter().all(|loss| loss.is_finite()));
    }
    trained.set(0);
    let error = cross_validate(&weighted(&[0, 1, 60, 61]), 5, &mut Rng::seed(0), build).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("5 folds of 4 samples with a weight above 0"),
        "{error}"
    );
    assert_eq!(trained.get(), 0);
    // Also where the targets are no classes.
    let numbers = few
        .map_targets(|classes| classes.cast::<f32>()?.reshape([150, 1]))
        .unwrap();
    for seed in 0..20 {
        let scores = cross_validate(&numbers, 5, &mut Rng::seed(seed), |_| {
            let trainer = Trainer::new(MeanSquaredError, Adam::new(0.1)).epochs(1);
            Ok((
                Linear::new(4, 1, &mut Rng::seed(0)),
                trainer.progress(Progress::Silent),
            ))
        });
        assert!(scores.unwrap().mean("loss").unwrap().is_finite());
    }
    // And the part that a training is validated on.
    for seed in 0..20 {
        let history = build(0)
            .unwrap()
            .1
            .seed(seed)
            .fit(&mut build(0).unwrap().0, &few, 0.5)
            .unwrap();
        assert!(history.last().unwrap().judged().loss > 0.0);
    }
}

/// The same question, asked with more steps or another order of the samples, has an answer of the same size.
#[test]
fn the_range_test_is_not_led_by_noise() {
    let data = backprop_datasets::synthetic::blobs(133, 3, &mut Rng::seed(0)).unwrap();
    let scaler = backprop_datasets::StandardScaler::fit(data.inputs()).unwrap();
    let data = data.map_inputs(|x| scaler.transform(x)).unwrap();
    let suggestions: Vec<f64> = [60, 150, 400]
        .into_iter()
        .flat_map(|steps| (0..5).map(move |seed| (steps, seed)))
        .map(|(steps, seed)| {
            let model = Linear::new(2, 3, &mut Rng::seed(0));
            let mut trainer = Trainer::new(CrossEntropy, Sgd::new(1.0))
                .seed(seed)
                .progress(Progress::Silent);
            let test = trainer.range_test(&model, &data, 1e-5..10.0, steps).unwrap();
            test.suggestion().unwrap()
        })
        .collect();
    let least = suggestions.iter().copied().fold(f64::INFINITY, f64::min);
    let most = suggestions.iter().copied().fold(0.0, f64::max);
    assert!(most / least < 100.0, "{suggestions:?}");
}

#[test]
fn the_range_test_finds_where_the_loss_falls_and_changes_nothing() {
    let data = backprop_datasets::synthetic::moons(400, 0.1, &mut Rng::seed(0)).unwrap();
    let model = Linear::new(2, 2, &mut Rng::seed(0));
    let before = model.clone();
    let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.3)).progress(Progress::Silent);
    let test = trainer.range_test(&model, &data, 1e-4..1000.0, 120).unwrap();
    assert_eq!(model, before);
    assert_eq!(test.rates.len(), test.losses.len());
    assert!((test.rates[0] - 1e-4).abs() < 1e-12);
    let factor = test.rates[1] / test.rates[0];
    assert!(
        test.rates
            .windows(2)
            .all(|pair| (pair[1] / pair[0] - factor).abs() < 1e-9)
    );
    let rate = test.suggestion().unwrap();
    assert!(rate > 1e-3 && rate < test.rates[test.rates.len() - 1], "{rate}");
    // With that rate, training gets further than with a thousandth of it.
    let loss = |rate: f64| {
        let mut model = model.clone();
        let mut trainer = Trainer::new(CrossEntropy, Sgd::new(rate))
            .epochs(2)
            .progress(Progress::Silent);
        trainer
            .fit(&mut model, &data, None)
            .unwrap()
            .last()
            .unwrap()
            .train
            .loss
    };
    assert!(loss(rate) < loss(rate / 1000.0));
    for rates in [0.0..1.0, 1.0..1.0, 2.0..1.0, 1.0..f64::INFINITY, f64::NAN..1.0] {
        assert!(trainer.range_test(&model, &data, rates, 10).is_err());
    }
    assert!(trainer.range_test(&model, &data, 0.1..1.0, 1).is_err());
}
