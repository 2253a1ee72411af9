//! What is done against overfitting, together with the trainer: batch norm, noise, augmentation, label smoothing, ensembles, penalties.

use std::ops::ControlFlow;

use backprop_autodiff::{Module, Tape};
use backprop_datasets::{Augmented, Dataset, RandomShift, TensorDataset};
use backprop_layers::{BatchNorm1d, Dropout, Ensemble, GaussianNoise, Linear, Relu, Sequential, sequential};
use backprop_optim::Adam;
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, Callback, Checkpoint, CrossEntropy, EarlyStopping, ElasticNet, Epoch, LabelSmoothing, Loss,
    MaxNorm, MeanSquaredError, Progress, Result, Trainer, Training, bias_variance, predict,
    predict_probabilities,
};
use proptest::prelude::*;

type Model = Sequential<(GaussianNoise, Linear, BatchNorm1d, Relu, Dropout, Linear)>;

fn model(seed: u64) -> Model {
    let rng = &mut Rng::seed(seed);
    sequential![
        GaussianNoise::new(0.1),
        Linear::new(16, 8, rng),
        BatchNorm1d::new(8),
        Relu,
        Dropout::new(0.2),
        Linear::new(8, 2, rng),
    ]
}

/// Images of 4 x 4 pixels with a bar that lies or stands.
fn bars(samples: usize, seed: u64) -> TensorDataset {
    let rng = &mut Rng::seed(seed);
    let (mut pixels, mut classes) = (Vec::new(), Vec::new());
    for sample in 0..samples {
        let (class, place) = (sample % 2, rng.below(4));
        for at in 0..16 {
            let lit = [at / 4, at % 4][class] == place;
            pixels.push(f32::from(lit) + 0.5 * rng.normal() as f32);
        }
        classes.push(class as i64);
    }
    TensorDataset::new(
        Tensor::from_slice(&pixels, [samples, 16]).unwrap(),
        Tensor::from(classes),
    )
    .unwrap()
}

fn shifted() -> Augmented<TensorDataset, RandomShift> {
    bars(60, 1).augment(RandomShift::new([4, 4], 1))
}

/// Everything at once.
fn trainer() -> Trainer<LabelSmoothing, Adam> {
    Trainer::new(CrossEntropy.label_smoothing(0.1), Adam::new(0.01))
        .epochs(6)
        .batch_size(10)
        .seed(3)
        .metric(Accuracy)
        .callback(ElasticNet::new(1e-4, 1e-4))
        .callback(MaxNorm::new(2.0))
        .progress(Progress::Silent)
}

/// Ends training after an epoch, as a program that is stopped would.
struct Until(usize);

impl Callback for Until {
    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_>) -> Result<ControlFlow<()>> {
        match epoch.epoch >= self.0 {
            true => Err(backprop_train::Error::other("stopped")),
            false => Ok(ControlFlow::Continue(())),
        }
    }
}

#[test]
fn a_run_that_goes_on_ends_with_the_same_bits() {
    let file = std::env::temp_dir().join(format!("backprop-regularization-{}", std::process::id()));
    let validation = bars(40, 2);
    let mut whole = model(0);
    trainer()
        .callback(Checkpoint::new(&file))
        .callback(Until(usize::MAX))
        .fit(&mut whole, &shifted(), &validation)
        .unwrap();

    let checkpoint = Checkpoint::new(&file).every_steps(4);
    let stopped =
        trainer()
            .callback(checkpoint.clone())
            .callback(Until(3))
            .fit(&mut model(0), &shifted(), &validation);
    assert!(stopped.is_err());
    let mut resumed = model(9);
    trainer()
        .callback(checkpoint)
        .callback(Until(usize::MAX))
        .resume(&file)
        .fit(&mut resumed, &shifted(), &validation)
        .unwrap();
    let _ = std::fs::remove_file(&file);
    assert_eq!(resumed.state(), whole.state());
    // The running statistics are among what was compared.
    assert!(
        whole
            .state()
            .keys()
            .any(|name| name.ends_with("running_variance"))
    );
}

#[test]
fn the_best_epoch_brings_its_running_statistics_back() {
    let validation = bars(40, 2);
    let mut model = model(0);
    let mut trainer = trainer().epochs(40).callback(EarlyStopping::new(3));
    let history = trainer.fit(&mut model, &shifted(), &validation).unwrap();
    let best = history.best().unwrap().judged().loss;
    assert_eq!(trainer.evaluate(&model, &validation).unwrap().loss, best);
}

/// With images that are moved, the second epoch's are not the first's, though weights stand still.
#[test]
fn epochs_see_other_images() {
    let mut frozen = sequential![Linear::new(16, 2, &mut Rng::seed(0))];
    let mut trainer = Trainer::new(CrossEntropy, Adam::new(0.0))
        .epochs(3)
        .progress(Progress::Silent);
    let losses = |history: backprop_train::History| {
        history
            .epochs
            .iter()
            .map(|epoch| epoch.train.loss)
            .collect::<Vec<_>>()
    };
    let same = losses(trainer.fit(&mut frozen, &bars(60, 1), None).unwrap());
    let other = losses(trainer.fit(&mut frozen, &shifted(), None).unwrap());
    assert!(
        (same[0] - same[1]).abs() < 1e-6 && (other[0] - other[1]).abs() > 1e-4,
        "{same:?} {other:?}"
    );
}

#[test]
fn an_ensemble_predicts_and_is_evaluated_as_its_members_are() {
    let data = bars(60, 1);
    let members: Vec<Model> = (0..3)
        .map(|seed| {
            let mut member = model(seed);
            trainer().fit(&mut member, &data, None).unwrap();
            member
        })
        .collect();
    let judge = trainer();
    let theirs: f64 = members
        .iter()
        .map(|member| {
            Trainer::new(CrossEntropy, Adam::new(0.0))
                .evaluate(member, &data)
                .unwrap()
                .loss
        })
        .sum();
    let mean = members
        .iter()
        .map(|member| predict_probabilities(member, data.inputs()).unwrap())
        .reduce(|a, b| a + b)
        .unwrap()
        / 3.0;
    let ensemble = Ensemble::new(members);
    let own = predict_probabilities(&ensemble, data.inputs()).unwrap();
    for (own, mean) in own.to_vec().into_iter().zip(mean.to_vec()) {
        assert!((own - mean).abs() < 1e-5, "{own} and {mean}");
    }
    let plain: Trainer<_, Adam> = Trainer::new(CrossEntropy, Adam::new(0.0));
    assert!(plain.evaluate(&ensemble, &data).unwrap().loss <= theirs / 3.0 + 1e-6);
    assert!(
        judge
            .evaluate(&ensemble, &data)
            .unwrap()
            .get("accuracy")
            .is_some()
    );
}

/// Without smoothing it is the cross entropy; with it, `(1 - α)` of it and `α` of the mean over all classes.
#[test]
fn label_smoothing_is_its_formula() {
    let rng = &mut Rng::seed(0);
    let output = Tensor::<f64>::normal([6, 4], 0.0, 2.0, rng).unwrap();
    let targets = Tensor::from([0_i64, 3, 1, 2, 2, 0]);
    let of = |smoothing: f64| {
        let loss = CrossEntropy.label_smoothing(smoothing);
        let output = Tape::new().input(output.clone());
        let each = Loss::<f64, i64>::each(&loss, &output, &targets).unwrap();
        let mean = loss.loss(&output, &targets).item().unwrap();
        assert!((each.mean(..).item().unwrap() - mean).abs() < 1e-12);
        mean
    };
    let plain = CrossEntropy
        .loss(&Tape::new().input(output.clone()), &targets)
        .item()
        .unwrap();
    let over_all = -output.log_softmax(1).unwrap().mean(..).unwrap().item().unwrap();
    assert_eq!(of(0.0), plain);
    for smoothing in [0.1, 0.5, 1.0] {
        assert!((of(smoothing) - ((1.0 - smoothing) * plain + smoothing * over_all)).abs() < 1e-12);
    }
    let mut model = Linear::new(16, 2, &mut Rng::seed(0));
    for wrong in [-0.1, 1.1, f64::NAN] {
        let mut trainer =
            Trainer::new(CrossEntropy.label_smoothing(wrong), Adam::new(0.1)).progress(Progress::Silent);
        let error = trainer
            .fit(&mut model, &bars(20, 0), None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("label_smoothing"), "{error}");
    }
}

/// A batch of one at the end of an epoch is seen before the first step, and what helps is said.
#[test]
fn batch_norm_says_that_a_batch_is_too_small() {
    let mut model = model(0);
    let before = model.clone();
    let error = trainer()
        .batch_size(7)
        .fit(&mut model, &bars(50, 0), None)
        .unwrap_err()
        .to_string();
    for part in ["last batch of 1", "2 elements or more", "drop_last"] {
        assert!(error.contains(part), "{error}");
    }
    let single = trainer().batch_size(1).fit(&mut model, &bars(50, 0), None);
    let error = single.unwrap_err().to_string();
    for part in ["batches of 1", "2 elements or more", "a larger batch size"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(model, before);
    trainer()
        .batch_size(7)
        .drop_last()
        .fit(&mut model, &bars(50, 0), None)
        .unwrap();
    assert_ne!(model, before);
}

fn tensor(values: &[f64], shape: [usize; 2]) -> Tensor<f64> {
    Tensor::from_slice(values, shape).unwrap()
}

proptest! {
    /// On targets without noise, bias² and variance are the error, of any predictions; with noise, all but what [`chance`] says.
    #[test]
    fn the_parts_are_the_whole(models in 1..8_usize, points in 1..8_usize, noise in 0.0..3.0_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let predictions = Tensor::<f64>::normal([models, points], 0.5, 2.0, rng).unwrap();
        let truth = Tensor::<f64>::normal([points], 0.0, 1.0, rng).unwrap();
        let exact = truth.broadcast_to([models, points]).unwrap();
        let parts = bias_variance(&predictions, &truth, &exact).unwrap();
        prop_assert!((parts.sum() - parts.error).abs() <= 1e-12 * (1.0 + parts.error));
        prop_assert_eq!(parts.noise, 0.0);

        let epsilon = Tensor::<f64>::normal([models, points], 0.0, noise, rng).unwrap();
        let noisy = bias_variance(&predictions, &truth, &(&exact + &epsilon)).unwrap();
        let crossed = (&epsilon * &(&predictions - &truth)).mean(..).unwrap().item().unwrap();
        prop_assert!((noisy.chance() + 2.0 * crossed).abs() <= 1e-9 * (1.0 + noisy.error));
        prop_assert!((noisy.bias_squared - parts.bias_squared).abs() + (noisy.variance - parts.variance).abs() <= 1e-12);
    }

    /// Models that agree have no variance; models that are right on average have no bias. In other units, all parts are in their squares.
    #[test]
    fn each_part_is_what_it_is_called(points in 1..6_usize, off in -3.0..3.0_f64, spread in 0.0..3.0_f64, unit in 0.1..10.0_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let truth = Tensor::<f64>::normal([points], 0.0, 1.0, rng).unwrap();
        let rows = |offsets: &[f64]| Tensor::from_fn([offsets.len(), points], |i| truth.to_vec()[i % points] + offsets[i / points]).unwrap();
        let agreeing = bias_variance(&rows(&[off; 3]), &truth, &rows(&[0.0; 3])).unwrap();
        prop_assert!((agreeing.bias_squared - off * off).abs() < 1e-12 && agreeing.variance < 1e-24);
        let right = bias_variance(&rows(&[spread, -spread]), &truth, &rows(&[0.0; 2])).unwrap();
        prop_assert!(right.bias_squared < 1e-24 && (right.variance - spread * spread).abs() < 1e-12);
        let scaled = bias_variance(&(rows(&[spread, off]) * unit), &(&truth * unit), &(rows(&[0.1, 0.2]) * unit)).unwrap();
        let plain = bias_variance(&rows(&[spread, off]), &truth, &rows(&[0.1, 0.2])).unwrap();
        for (scaled, plain) in [
            (scaled.bias_squared, plain.bias_squared),
            (scaled.variance, plain.variance),
            (scaled.noise, plain.noise),
            (scaled.error, plain.error),
            (scaled.chance(), plain.chance()),
        ] {
            prop_assert!((scaled - unit * unit * plain).abs() <= 1e-10 * (1.0 + scaled.abs()));
        }
    }
}

/// Of trained models, on fresh targets, chance is chance: within four standard errors.
#[test]
fn trained_models_err_by_bias_variance_and_noise() {
    let x = Tensor::<f64>::linspace(-1.0, 1.0, 40)
        .unwrap()
        .reshape([40, 1])
        .unwrap();
    let truth = x.map(|x| (3.0 * x).sin()).unwrap();
    let rng = &mut Rng::seed(0);
    let (mut predictions, mut targets) = (Vec::new(), Vec::new());
    for seed in 0..20 {
        let noisy = |rng: &mut Rng| &truth + &Tensor::normal([40, 1], 0.0, 0.3, rng).unwrap();
        let data = TensorDataset::new(x.clone(), noisy(rng)).unwrap();
        let mut line: Linear<f64> = Linear::builder(1, 1).build_as(&mut Rng::seed(seed));
        Trainer::new(MeanSquaredError, Adam::new(0.05))
            .epochs(40)
            .progress(Progress::Silent)
            .fit(&mut line, &data, None)
            .unwrap();
        predictions.extend(predict(&line, &x).unwrap().to_vec());
        targets.extend(noisy(rng).to_vec());
    }
    let parts = bias_variance(
        &tensor(&predictions, [20, 40]),
        &truth.flatten(0, 1).unwrap(),
        &tensor(&targets, [20, 40]),
    )
    .unwrap();
    assert!(parts.chance().abs() < 4.0 * parts.standard_error, "{parts}");
    // A line is no sine; 40 samples leave little to chance; 0.3² is noise.
    assert!(
        parts.bias_squared > 3.0 * parts.variance && (parts.noise - 0.09).abs() < 0.02,
        "{parts}"
    );
}

#[test]
fn hostile_arguments_of_the_decomposition_are_errors() {
    let ones = |shape: &[usize]| Tensor::<f64>::ones(shape).unwrap();
    for (predictions, truth, targets) in [
        (ones(&[]), ones(&[]), ones(&[])),
        (ones(&[3]), ones(&[3]), ones(&[3])),
        (ones(&[2, 3]), ones(&[2]), ones(&[2, 3])),
        (ones(&[2, 3]), ones(&[3]), ones(&[3, 2])),
        (ones(&[2, 3]), ones(&[1, 3]), ones(&[2, 3])),
        (ones(&[0, 3]), ones(&[3]), ones(&[0, 3])),
        (ones(&[2, 0]), ones(&[0]), ones(&[2, 0])),
    ] {
        assert!(bias_variance(&predictions, &truth, &targets).is_err());
    }
    let nan = tensor(&[f64::NAN, 1.0], [1, 2]);
    assert!(
        bias_variance(&nan, &ones(&[2]), &ones(&[1, 2]))
            .unwrap()
            .error
            .is_nan()
    );
    let one = bias_variance(&ones(&[1, 1]), &ones(&[1]), &ones(&[1, 1])).unwrap();
    assert!(one.standard_error.is_nan() && one.to_string().contains("bias²"));
}
