//! Steps without weight, infinite outputs, outputs of NaN, and which way a metric is better.

use backprop_autodiff::{Param, Tape};
use backprop_datasets::TensorDataset;
use backprop_layers::Linear;
use backprop_optim::Sgd;
use backprop_tensor::{Float, Rng, Tensor};
use backprop_train::{
    Accuracy, Average, AveragePrecision, BinaryCrossEntropy, ClassWeights, ConfusionMatrix, CrossEntropy,
    EarlyStopping, Ended, F1, LogLoss, Loss, MeanSquaredError, Metric, Perplexity, Precision,
    PrecisionRecallCurve, Progress, RocAuc, RootMeanSquaredError, TopK, Trainer,
};

/// Ten batches of two samples: class 1 is in the last of them alone.
fn rare() -> TensorDataset {
    let classes = Tensor::from_fn([20], |i| i64::from(i >= 18)).unwrap();
    TensorDataset::new(
        Tensor::uniform([20, 2], -1.0, 1.0, &mut Rng::seed(0)).unwrap(),
        classes,
    )
    .unwrap()
}

fn trainer() -> Trainer<CrossEntropy, Sgd> {
    Trainer::new(CrossEntropy, Sgd::new(0.1))
        .batch_size(2)
        .epochs(2)
        .class_weights(ClassWeights::Given(vec![0.0, 1.0]))
        .progress(Progress::Silent)
}

#[test]
fn a_step_without_weight_counts_nothing() {
    let data = rare();
    for accumulate in [1, 3] {
        let mut model = Linear::new(2, 2, &mut Rng::seed(1));
        let mut trainer = trainer()
            .accumulate(accumulate)
            .callback(backprop_train::StopOnNan);
        let history = trainer.fit(&mut model, &data, &data).unwrap();
        assert_eq!(history.ended, Ended::Completed);
        assert!(
            history
                .epochs
                .iter()
                .all(|epoch| epoch.train.loss > 0.0 && epoch.judged().loss > 0.0)
        );
        assert!(model.weight.value().to_vec().iter().all(|w| w.is_finite()));
    }
}

#[test]
fn a_range_test_goes_on_past_steps_without_weight() {
    let model = Linear::new(2, 2, &mut Rng::seed(1));
    let test = trainer().range_test(&model, &rare(), 1e-4..1e-2, 40).unwrap();
    // In four epochs of ten steps, class 1 is in four to eight.
    assert!((4..=8).contains(&test.losses.len()), "{}", test.losses.len());
    assert!(test.losses.iter().chain(&test.smoothed).all(|loss| *loss > 0.0));
}

#[test]
fn an_infinite_loss_of_weight_0_counts_nothing() {
    let inputs = Tensor::from([[1.0_f32], [f32::INFINITY], [-1.0]]);
    let data = |weights: [f64; 3]| {
        TensorDataset::new(inputs.clone(), Tensor::from([1_i64, 0, 0]))
            .unwrap()
            .with_weights(&Tensor::from(weights))
            .unwrap()
    };
    let trainer: Trainer<_, Sgd> = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).unchecked();
    let mut model = Linear::new(1, 1, &mut Rng::seed(0));
    model.weight = Param::new(Tensor::from([[1.0]]));
    model.bias = None;
    let loss = trainer.evaluate(&model, &data([1.0, 0.0, 1.0])).unwrap().loss;
    // ln(1 + e^-1) of both others.
    assert!((loss - 0.313_261_687_518_222_8).abs() < 1e-6, "{loss}");
    let error = trainer.evaluate(&model, &data([0.0; 3])).unwrap_err();
    assert!(
        error.to_string().contains("weights of all samples are 0"),
        "{error}"
    );
}

#[test]
fn baselines_without_weight_are_none() {
    let (targets, weights) = (Tensor::from([0_i64, 1]), Tensor::from([0.0, 0.0]));
    let losses: [&dyn Loss; 4] = [
        &CrossEntropy,
        &BinaryCrossEntropy,
        &MeanSquaredError,
        &backprop_train::MeanAbsoluteError,
    ];
    for loss in losses {
        assert_eq!(loss.baseline(&targets, Some(&weights)), None);
    }
}

#[test]
fn the_gradient_of_a_certain_output_keeps_its_digits() {
    // σ(x) - y, as -σ(-x) for y = 1.
    fn gradient<T: Float>(x: f64, target: i64) -> f64 {
        let output = Tape::new().variable(Tensor::from([T::from_f64(x)]));
        let loss = BinaryCrossEntropy.loss(&output, &Tensor::from([target]));
        let gradients = loss.backward().unwrap();
        gradients.wrt(&output).unwrap().item().unwrap().to_f64()
    }
    for (x, target) in [(17.0, 1), (12.0, 1), (-12.0, 0), (0.5, 1), (-3.0, 1), (3.0, 0)] {
        let away: f64 = if target == 1 { -x } else { x };
        let sign = if target == 1 { -1.0 } else { 1.0 };
        let right = sign / (1.0 + (-away).exp());
        assert!((gradient::<f32>(x, target) / right - 1.0).abs() < 1e-6, "{x}");
        assert!((gradient::<f64>(x, target) / right - 1.0).abs() < 1e-14, "{x}");
    }
    assert!((gradient::<f64>(40.0, 1) / -4.248354255291589e-18 - 1.0).abs() < 1e-14);
}

#[test]
fn a_certain_output_that_is_right_costs_nothing() {
    let infinite = f64::INFINITY;
    let output = Tape::new().variable(Tensor::from([infinite, -infinite, infinite, -infinite]));
    let targets = Tensor::from([1.0, 0.0, 0.0, 1.0]);
    let each = BinaryCrossEntropy.each(&output, &targets).unwrap();
    assert_eq!(each.value().unwrap().to_vec(), [0.0, 0.0, infinite, infinite]);
    let gradients = BinaryCrossEntropy.loss(&output, &targets).backward().unwrap();
    assert_eq!(gradients.wrt(&output).unwrap().to_vec(), [0.0, 0.0, 0.25, -0.25]);
}

fn value<Y: backprop_tensor::Numeric>(
    metric: &dyn Metric<f64, Y>,
    output: &Tensor<f64>,
    targets: &Tensor<Y>,
) -> f64 {
    let mut count = metric.start();
    count.add(output, targets).unwrap();
    count.value()
}

#[test]
fn log_loss_takes_infinite_logits() {
    let output = Tensor::from([[f64::INFINITY, 0.0], [f64::NEG_INFINITY, 0.0]]);
    assert_eq!(value(&LogLoss, &output, &Tensor::from([0_i64, 1])), 0.0);
    assert_eq!(value(&Perplexity, &output, &Tensor::from([0_i64, 1])), 1.0);
    assert_eq!(value(&LogLoss, &output, &Tensor::from([1_i64, 1])), f64::INFINITY);
}

#[test]
fn outputs_of_nan_are_wrong() {
    let output = Tensor::full([2, 2], f64::NAN).unwrap();
    let classes = Tensor::from([0_i64, 0]);
    assert_eq!(value(&Accuracy, &output, &classes), 0.0);
    assert_eq!(value(&F1::default(), &output, &classes), 0.0);
    assert_eq!(value(&TopK::new(2), &output, &classes), 0.0);
    let binary = Tensor::from([f64::NAN, f64::NAN]);
    assert_eq!(value(&Accuracy, &binary, &classes), 0.0);
}

#[test]
fn ranks_are_those_of_log_odds() {
    let certain = Tensor::from([[0.0, 40.0], [0.0, 50.0]]);
    let classes = Tensor::from([0_i64, 1]);
    assert_eq!(value(&RocAuc, &certain, &classes), 1.0);
    assert_eq!(value(&AveragePrecision, &certain, &classes), 1.0);
    // Class 1 in the samples 0 and 2 has the odds 3 - log(e^1 + e^0) in either order: a tie, half. Class 0 is absent, class 2 has
    // [0 - log(e^1 + e^3), 1 - log(e^0 + e^3)] with the second right: 1.
    let ties = Tensor::from([[1.0, 3.0, 0.0], [0.0, 3.0, 1.0]]);
    assert_eq!(value(&RocAuc, &ties, &Tensor::from([1_i64, 2])), 0.75);
}

#[test]
fn a_metric_knows_its_direction() {
    let less: [&dyn Metric<f32, f32>; 4] = [&MeanSquaredError, &RootMeanSquaredError, &LogLoss, &Perplexity];
    assert!(less.iter().all(|metric| metric.less_is_better()));
    assert!(!Metric::<f32, i64>::less_is_better(&Accuracy));
    // The error falls from epoch to epoch: none is the last.
    let inputs = Tensor::uniform([16, 1], -1.0, 1.0, &mut Rng::seed(0)).unwrap();
    let data = TensorDataset::new(inputs.clone(), inputs.squeeze(1).unwrap()).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
        .metric(MeanSquaredError)
        .callback(EarlyStopping::new(1).monitor("mse"))
        .epochs(5)
        .progress(Progress::Silent);
    let history = trainer
        .fit(&mut Linear::new(1, 1, &mut Rng::seed(3)), &data, None)
        .unwrap();
    assert_eq!(history.epochs.len(), 5);
}

#[test]
fn a_label_of_nan_is_taken_for_what_it_is_not() {
    let output = Tensor::from([[f64::NAN, 1.0]]);
    let micro = Precision::new(Average::Micro);
    assert_eq!(value(&micro, &output, &Tensor::from([[0_i64, 1]])), 0.5);
    assert_eq!(value(&micro, &output, &Tensor::from([[1_i64, 1]])), 1.0);
}

#[test]
fn the_baseline_of_labels_has_a_positive_weight_for_each() {
    let loss = BinaryCrossEntropy.pos_weight([3.0, 0.5]);
    let targets = Tensor::from([[1_i64, 0], [0, 1], [0, 1], [0, 0]]);
    // 3 · 1/4 against 3/4, and 1/2 · 1/2 against 1/2.
    let expected = (1.5 * 2_f64.ln() + 0.25 * 3_f64.ln() + 0.5 * 1.5_f64.ln()) / 2.0;
    let baseline = Loss::<f32>::baseline(&loss, &targets, None).unwrap();
    assert!((baseline - expected).abs() < 1e-12, "{baseline}, not {expected}");
}

#[test]
fn the_words_of_a_sequence_have_its_weight() {
    let (words, weights) = (Tensor::from([[0_i64, 0], [1, 1]]), Tensor::from([1.0, 3.0]));
    let baseline = Loss::<f32>::baseline(&CrossEntropy, &words, Some(&weights)).unwrap();
    let expected = 0.25 * 4_f64.ln() + 0.75 * (4_f64 / 3.0).ln();
    assert!((baseline - expected).abs() < 1e-12, "{baseline}, not {expected}");
}

/// As scikit-learn's `precision_recall_curve`.
#[test]
fn a_curve_without_positive_samples_has_the_recall_1() {
    let (scores, targets) = (Tensor::from([0.1, 0.4]), Tensor::from([0_i64, 0]));
    let curve = PrecisionRecallCurve::new(&scores, &targets).unwrap();
    assert_eq!(curve.precision, [0.0, 0.0, 1.0]);
    assert_eq!(curve.recall, [1.0, 1.0, 0.0]);
    assert_eq!(curve.average_precision(), 0.0);
}

#[test]
fn a_report_leaves_absent_classes_out_of_its_averages() {
    let mut matrix = ConfusionMatrix::new(3);
    matrix
        .add(&Tensor::from([0, 1, 1]), &Tensor::from([0, 0, 1]))
        .unwrap();
    let report = matrix.report();
    assert_eq!(report.recall_average(Average::Macro), 0.75);
    assert_eq!(report.precision_average(Average::Macro), 0.75);
    assert_eq!(report.recall_average(Average::Weighted), 2.0 / 3.0);
}

#[test]
fn negative_class_weights_are_refused() {
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        let mut trainer = trainer().class_weights(ClassWeights::Given(vec![weight, 1.0]));
        let error = trainer.fit(&mut Linear::new(2, 2, &mut Rng::seed(1)), &rare(), None);
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("it must be a finite number, at least 0"),
            "{error}"
        );
    }
}
