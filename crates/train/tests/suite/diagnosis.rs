//! The diagnosis on curves of known kind, with and without noise.

use backprop_datasets::TensorDataset;
use backprop_datasets::synthetic::{circles, moons};
use backprop_layers::{Dropout, Linear, Relu, Sequential, sequential};
use backprop_optim::Adam;
use backprop_tensor::{Rng, Tensor};
use backprop_train::{Accuracy, CrossEntropy, Diagnosis, Ended, History, Progress, Trainer, Verdict};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Falls from 1 to `end`, by all but `e^-rate` of the way.
fn falling(epochs: usize, rate: f64, end: f64) -> impl Fn(usize) -> f64 {
    move |epoch| end + (1.0 - end) * (-rate * epoch as f64 / epochs as f64).exp()
}

/// With noise of this share of the value.
fn curve(epochs: usize, noise: f64, rng: &mut Rng, f: impl Fn(usize) -> f64) -> Vec<f64> {
    (1..=epochs)
        .map(|epoch| f(epoch) * (1.0 + noise * rng.normal()))
        .collect()
}

/// Of a loss that is 1 without any learning.
fn with_baseline(train: &[f64], validation: &[f64]) -> Diagnosis {
    let mut history = History::of_losses(train, validation);
    history.baseline = Some(1.0);
    history.diagnosis()
}

fn verdict(train: &[f64], validation: &[f64]) -> Verdict {
    History::of_losses(train, validation).diagnosis().verdict
}

// What noise looks like is a matter of chance: with other seeds, about one curve of 40,000 is misjudged. These seeds stay, so that a
// verdict changes only with the rule.
proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(0), ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn both_fall_and_stay_together(epochs in 12..200_usize, rate in 4.0..9.0_f64, end in 0.05..0.4_f64, gap in 0.0..0.1_f64, noise in 0.0..0.02_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let train = curve(epochs, noise, rng, falling(epochs, rate, end));
        let validation = curve(epochs, noise, rng, falling(epochs, rate, end + gap));
        prop_assert_eq!(with_baseline(&train, &validation).verdict, Verdict::GoodFit, "{}", with_baseline(&train, &validation));
    }

    /// The validation loss turns at an epoch, and rises by half and more.
    #[test]
    fn the_validation_loss_turns(epochs in 20..200_usize, turn in 0.2..0.6_f64, rise in 0.5..5.0_f64, noise in 0.0..0.02_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let turn = (turn * epochs as f64).round();
        let train = curve(epochs, noise, rng, falling(epochs, 6.0, 0.0));
        let bottom = 0.3;
        let validation = curve(epochs, noise, rng, |epoch| {
            let at = epoch as f64 / turn;
            let end = epochs as f64 / turn;
            if at < 1.0 { bottom + 0.7 * (1.0 - at).powi(2) } else { bottom * (1.0 + rise * ((at - 1.0) / (end - 1.0)).powf(1.5)) }
        });
        let diagnosis = History::of_losses(&train, &validation).diagnosis();
        let Verdict::Overfitting { since } = diagnosis.verdict else {
            return Err(TestCaseError::fail(format!("{diagnosis}")));
        };
        // A flat bottom with noise has its minimum somewhere near.
        let reach = if noise == 0.0 { 1.0 } else { 2.0 + 0.25 * epochs as f64 };
        prop_assert!((since as f64 - turn - 1.0).abs() <= reach, "turned at {turn}: {diagnosis}");
        prop_assert!(diagnosis.gap.unwrap() > 0.0 && diagnosis.gap_grows_since.is_some());
    }

    /// The training loss goes to nothing, the validation loss stays where it was early on.
    #[test]
    fn the_validation_loss_stays_behind(epochs in 20..200_usize, level in 0.4..0.8_f64, noise in 0.0..0.02_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let train = curve(epochs, noise, rng, falling(epochs, 7.0, 0.01));
        let validation = curve(epochs, noise, rng, falling(epochs, 12.0, level));
        let verdict = verdict(&train, &validation);
        prop_assert!(matches!(verdict, Verdict::Overfitting { .. }), "{verdict}");
    }

    #[test]
    fn there_is_little_to_see_of_learning(epochs in 5..200_usize, end in 0.6..0.99_f64, noise in 0.0..0.01_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let train = curve(epochs, noise, rng, falling(epochs, 8.0, end));
        let validation = curve(epochs, noise, rng, falling(epochs, 8.0, end + 0.01));
        prop_assert_eq!(with_baseline(&train, &validation).verdict, Verdict::Underfitting);
    }

    #[test]
    fn training_ended_too_soon(epochs in 10..200_usize, rate in 0.1..1.0_f64, noise in 0.0..0.002_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let train = curve(epochs, noise, rng, falling(epochs, rate, 0.0));
        let validation = curve(epochs, noise, rng, falling(epochs, rate, 0.01));
        let diagnosis = History::of_losses(&train, &validation).diagnosis();
        prop_assert_eq!(diagnosis.verdict, Verdict::Underfitting, "{}", diagnosis);
    }

    /// Much of the loss is left, but the model could learn more, and what it learns is noise: it is not too small.
    #[test]
    fn noise_is_learned_by_heart(epochs in 20..200_usize, level in 0.65..0.9_f64, fall in 0.1..0.2_f64, noise in 0.0..0.003_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let train = curve(epochs, noise, rng, |epoch| falling(epochs, 12.0, level)(epoch) - fall * epoch as f64 / epochs as f64);
        // The validation loss turns, but rises by less than what would be called overfitting.
        let validation = curve(epochs, noise, rng, |epoch| {
            falling(epochs, 12.0, level)(epoch) + 0.05 * (epoch as f64 / epochs as f64 - 0.3).max(0.0)
        });
        let diagnosis = with_baseline(&train, &validation);
        prop_assert_ne!(diagnosis.verdict, Verdict::Underfitting, "{}", diagnosis);
    }

    /// Dropout makes the training loss larger than that of the model in use, which is what counts.
    #[test]
    fn a_training_loss_with_dropout_is_no_underfitting(epochs in 12..100_usize, rate in 5.0..9.0_f64, train in 0.55..0.8_f64, validation in 0.05..0.4_f64) {
        let train = curve(epochs, 0.0, &mut Rng::seed(0), falling(epochs, rate, train));
        let validation = curve(epochs, 0.0, &mut Rng::seed(0), falling(epochs, rate, validation));
        prop_assert_eq!(with_baseline(&train, &validation).verdict, Verdict::GoodFit, "{}", with_baseline(&train, &validation));
    }

    #[test]
    fn the_training_loss_explodes(epochs in 5..100_usize, factor in 1.5..4.0_f64, no_number: bool) {
        let train: Vec<f64> = (0..epochs).map(|epoch| factor.powi(epoch as i32)).collect();
        prop_assert_eq!(verdict(&train, &train), Verdict::Diverged);
        let mut falling = curve(epochs, 0.0, &mut Rng::seed(0), falling(epochs, 5.0, 0.1));
        falling[epochs - 1] = if no_number { f64::NAN } else { f64::INFINITY };
        prop_assert_eq!(verdict(&falling, &[]), Verdict::Diverged);
    }

    /// A learning rate that is much too high: the loss jumps about, far above what takes no learning.
    #[test]
    fn the_training_loss_never_comes_down(epochs in 5..100_usize, level in 4.0..1000.0_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let train: Vec<f64> = (0..epochs).map(|_| level * (1.0 + rng.uniform())).collect();
        let validation: Vec<f64> = (0..epochs).map(|_| level * (1.0 + rng.uniform())).collect();
        let verdict = with_baseline(&train, &validation).verdict;
        // Chance may have it that the last of few epochs look like falling.
        let falling = epochs < 20 && verdict == Verdict::Underfitting;
        prop_assert!(verdict == Verdict::Diverged || falling, "{verdict}");
    }

    /// A jump before the end is no falling at the end.
    #[test]
    fn a_loss_that_only_comes_back_is_not_falling(epochs in 20..200_usize, before in 1..4_usize, jump in 0.05..0.3_f64) {
        let train = curve(epochs, 0.0, &mut Rng::seed(0), falling(epochs, 8.0, 0.2));
        let mut validation = curve(epochs, 0.0, &mut Rng::seed(0), falling(epochs, 8.0, 0.25));
        validation[epochs - 1 - before] += jump;
        prop_assert_eq!(with_baseline(&train, &validation).verdict, Verdict::GoodFit, "{}", with_baseline(&train, &validation));
    }

    /// The verdict does not depend on the unit of the loss, but for the baseline, which has it too.
    #[test]
    fn units_do_not_matter(losses in proptest::collection::vec((0.01..2.0_f64, 0.01..2.0_f64), 1..60), power in -8..8_i32) {
        let (train, validation): (Vec<f64>, Vec<f64>) = losses.iter().copied().unzip();
        let scaled = |losses: &[f64]| losses.iter().map(|loss| loss * 2.0_f64.powi(power)).collect::<Vec<_>>();
        prop_assert_eq!(verdict(&train, &validation), verdict(&scaled(&train), &scaled(&validation)));
    }

    #[test]
    fn nothing_panics(losses in proptest::collection::vec((any::<f64>(), any::<f64>()), 0..40), baseline in any::<Option<f64>>(), lacking in 0..40_usize) {
        let (train, validation): (Vec<f64>, Vec<f64>) = losses.iter().copied().unzip();
        let mut history = History::of_losses(&train, &validation[..validation.len().saturating_sub(lacking)]);
        history.baseline = baseline;
        let diagnosis = history.diagnosis();
        prop_assert!(!diagnosis.to_string().is_empty());
        if let Verdict::Overfitting { since } = diagnosis.verdict {
            prop_assert!(since <= losses.len());
        }
    }
}

#[test]
fn without_validation_data_nobody_knows() {
    let train = curve(30, 0.0, &mut Rng::seed(0), falling(30, 6.0, 0.05));
    let diagnosis = History::of_losses(&train, &[]).diagnosis();
    assert_eq!((diagnosis.verdict, diagnosis.gap), (Verdict::Unknown, None));
    assert_eq!(diagnosis.advice, ["validation data"]);
    assert_eq!(History::default().diagnosis().verdict, Verdict::Unknown);
}

#[test]
fn it_says_so_in_words() {
    let train = [1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08];
    let validation = [1.0, 0.7, 0.55, 0.5, 0.55, 0.6, 0.7, 0.8];
    let text = History::of_losses(&train, &validation).diagnosis().to_string();
    assert_eq!(
        text,
        "overfitting since epoch 5: the validation loss rose from 0.5000 to 0.8000, while the training loss fell from 0.3000 to 0.0800; \
         best epoch 4 (loss 0.5000), gap 0.7200. Try: early stopping, with the best weights brought back; more data or augmentation; \
         weight decay or dropout; a smaller model"
    );
}

/// Early stopping has been tried where it ended the training; and where noise cannot be told from a want of capacity, it says so.
#[test]
fn advice_is_of_use() {
    let train = [1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08];
    let mut history = History::of_losses(&train, &[1.0, 0.7, 0.55, 0.5, 0.55, 0.6, 0.7, 0.8]);
    history.ended = Ended::Callback("EarlyStopping".into());
    let diagnosis = history.diagnosis();
    assert_eq!(diagnosis.verdict, Verdict::Overfitting { since: 5 });
    assert!(
        !diagnosis
            .advice
            .iter()
            .any(|advice| advice.contains("early stopping")),
        "{diagnosis}"
    );

    let stays = |level: f64| curve(40, 0.0, &mut Rng::seed(0), falling(40, 10.0, level));
    let text = with_baseline(&stays(0.7), &stays(0.7)).to_string();
    assert_eq!(
        text,
        "underfitting: the loss ends at 0.7000, 70 % of 1.0000, which takes no learning: the model is too small or held back, or the rest is noise \
         that nobody could learn; best epoch 40 (loss 0.7000), gap 0.0000. Try: a larger model: if its validation loss is no smaller, the rest is noise; \
         scaled inputs and better features; another learning rate; less regularization"
    );
    assert_eq!(
        with_baseline(&stays(0.3), &stays(0.3)).advice,
        ["a larger model, to see whether the rest is noise"]
    );
    assert_eq!(with_baseline(&stays(0.1), &stays(0.1)).advice, [""; 0]);
}

/// Runs in which a loss says less than one would like: labels that are wrong for one sample in five, steps that are too small, dropout.
/// A learning rate of 0, or a model that is frozen.
#[test]
fn a_loss_that_does_not_move_has_not_diverged() {
    for start in [0.9, 1.5, 5.0] {
        let history = with_baseline(&[start; 8], &[start * 1.1; 8]);
        assert_eq!(history.verdict, Verdict::Underfitting, "{history}");
        assert!(history.reason.contains("has not moved"), "{history}");
        assert!(history.advice.contains(&"a higher learning rate"), "{history}");
    }
}

/// Then a constant is the best there is, and the baseline is 0.
#[test]
fn targets_that_are_all_the_same() {
    let losses: Vec<f64> = (1..=30).map(|epoch| 4.0 * 0.7_f64.powi(epoch)).collect();
    let mut history = History::of_losses(&losses, &losses);
    history.baseline = Some(0.0);
    assert_eq!(
        history.diagnosis().verdict,
        Verdict::GoodFit,
        "{}",
        history.diagnosis()
    );
}

#[test]
fn runs_that_are_hard_to_read() {
    let rng = &mut Rng::seed(1);
    let wrong = |data: TensorDataset, rng: &mut Rng| {
        let swap = |class: i64| if rng.uniform() < 0.2 { 1 - class } else { class };
        let classes: Vec<i64> = data.targets().to_vec().into_iter().map(swap).collect();
        TensorDataset::new(data.inputs().clone(), Tensor::from(classes)).unwrap()
    };
    let (train, validation) = (moons(1000, 0.15, rng).unwrap(), moons(500, 0.15, rng).unwrap());
    let (noisy, noisy_validation) = (wrong(train.clone(), rng), wrong(validation.clone(), rng));
    let net = |rng: &mut Rng| {
        sequential![
            Linear::new(2, 16, rng),
            Relu,
            Dropout::new(0.0),
            Linear::new(16, 2, rng)
        ]
    };
    let fit = |model: &mut Sequential<(Linear, Relu, Dropout, Linear)>,
               rate: f64,
               epochs: usize,
               train: &TensorDataset,
               validation: &TensorDataset| {
        let mut trainer = Trainer::new(CrossEntropy, Adam::new(rate))
            .epochs(epochs)
            .progress(Progress::Silent);
        trainer.fit(model, train, validation).unwrap().diagnosis()
    };
    // As good as it gets: the entropy of one in five is 0.50, 72 % of the baseline.
    let diagnosis = fit(&mut net(rng), 0.01, 30, &noisy, &noisy_validation);
    assert!(
        diagnosis.reason.contains("noise") && diagnosis.advice[0].contains("noise"),
        "{diagnosis}"
    );
    let diagnosis = fit(&mut net(rng), 3e-4, 10, &train, &validation);
    assert_eq!(diagnosis.verdict, Verdict::Underfitting, "{diagnosis}");
    assert!(diagnosis.advice.contains(&"more epochs"), "{diagnosis}");
    let mut dropping = net(rng);
    dropping.layers_mut().2.p = 0.8;
    let diagnosis = fit(&mut dropping, 0.01, 60, &train, &validation);
    assert_eq!(diagnosis.verdict, Verdict::GoodFit, "{diagnosis}");
}

/// Runs whose kind is known: a line cannot tell circles apart; a large net learns few noisy points by heart; on many it fits.
#[test]
fn runs_of_known_kind() {
    let rng = &mut Rng::seed(0);
    let run = |epochs: usize, model: &mut dyn FnMut(&mut Trainer<CrossEntropy, Adam>) -> History| {
        let mut trainer = Trainer::new(CrossEntropy, Adam::new(0.01))
            .epochs(epochs)
            .metric(Accuracy)
            .progress(Progress::Silent);
        model(&mut trainer).diagnosis()
    };
    let (train, validation) = circles(400, 0.5, 0.1, rng).unwrap().split(0.5, rng).unwrap();
    let mut line = Linear::new(2, 2, rng);
    let diagnosis = run(40, &mut |trainer| {
        trainer.fit(&mut line, &train, &validation).unwrap()
    });
    assert_eq!(diagnosis.verdict, Verdict::Underfitting, "{diagnosis}");

    let net = |rng: &mut Rng| {
        sequential![
            Linear::new(2, 64, rng),
            Relu,
            Linear::new(64, 64, rng),
            Relu,
            Linear::new(64, 2, rng)
        ]
    };
    let mut large = net(rng);
    let few = moons(40, 0.5, rng).unwrap();
    let validation = moons(400, 0.5, rng).unwrap();
    let diagnosis = run(200, &mut |trainer| {
        trainer.fit(&mut large, &few, &validation).unwrap()
    });
    assert!(
        matches!(diagnosis.verdict, Verdict::Overfitting { .. }),
        "{diagnosis}"
    );

    let mut large = net(rng);
    let many = moons(1000, 0.15, rng).unwrap();
    let validation = moons(400, 0.15, rng).unwrap();
    let diagnosis = run(30, &mut |trainer| {
        trainer.fit(&mut large, &many, &validation).unwrap()
    });
    assert_eq!(diagnosis.verdict, Verdict::GoodFit, "{diagnosis}");
}
