//! Every metric is what scikit-learn says it is, with ties, absent classes and weights, from `reference/make.py` and `reference/weighted.py`.

use std::collections::{BTreeMap, BTreeSet};

use backprop_tensor::{Float, Numeric, Tensor};
use backprop_train::{
    Accuracy, Average, AveragePrecision, ConfusionMatrix, F1, LogLoss, MeanAbsoluteError, MeanSquaredError,
    Metric, Perplexity, Precision, PrecisionRecallCurve, R2, Recall, RocAuc, RocCurve, RootMeanSquaredError,
    TopK,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
    #[serde(default)]
    curves: Vec<Curve>,
    #[serde(default)]
    matrices: Vec<Matrix>,
}

#[derive(Deserialize)]
struct Case {
    task: String,
    shape: Vec<usize>,
    outputs: Vec<f64>,
    target_shape: Vec<usize>,
    targets: Vec<f64>,
    #[serde(default)]
    weights: Option<Vec<f64>>,
    /// Nothing for NaN.
    values: BTreeMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct Curve {
    scores: Vec<f64>,
    targets: Vec<f64>,
    #[serde(default)]
    weights: Option<Vec<f64>>,
    false_positive_rate: Vec<f64>,
    true_positive_rate: Vec<f64>,
    roc_thresholds: Vec<f64>,
    roc_auc: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    thresholds: Vec<f64>,
    pr_area: f64,
    average_precision: f64,
}

#[derive(Deserialize)]
struct Matrix {
    targets: Vec<i64>,
    predicted: Vec<i64>,
    weights: Vec<f64>,
    matrix: Vec<f64>,
    accuracy: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    support: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/metrics.json")).unwrap()
}

fn weighted() -> Reference {
    serde_json::from_str(include_str!("../reference/weighted.json")).unwrap()
}

/// All cases, those of small random sets too.
fn cases() -> Vec<Case> {
    reference().cases.into_iter().chain(weighted().cases).collect()
}

/// The metrics that average over classes, in each way.
pub fn averaged<T: Float, Y: Numeric>() -> impl Iterator<Item = Box<dyn Metric<T, Y>>> {
    let averages = [
        Average::Automatic,
        Average::Macro,
        Average::Micro,
        Average::Weighted,
    ];
    averages
        .into_iter()
        .flat_map(|average| -> [Box<dyn Metric<T, Y>>; 3] {
            [
                Box::new(Precision::new(average)),
                Box::new(Recall::new(average)),
                Box::new(F1::new(average)),
            ]
        })
}

fn metrics() -> Vec<Box<dyn Metric<f64, f64>>> {
    let mut metrics: Vec<Box<dyn Metric<f64, f64>>> = vec![
        Box::new(Accuracy),
        Box::new(AveragePrecision),
        Box::new(LogLoss),
        Box::new(MeanAbsoluteError),
        Box::new(MeanSquaredError),
        Box::new(Perplexity),
        Box::new(R2),
        Box::new(RocAuc),
        Box::new(RootMeanSquaredError),
    ];
    for k in 1..=3 {
        metrics.push(Box::new(TopK::new(k)));
    }
    metrics.extend(averaged());
    metrics
}

#[test]
fn metrics_are_those_of_scikit_learn() {
    let mut compared = BTreeSet::new();
    for (index, case) in cases().iter().enumerate() {
        let outputs = Tensor::from_slice(&case.outputs, &case.shape[..]).unwrap();
        let targets = Tensor::from_slice(&case.targets, &case.target_shape[..]).unwrap();
        for metric in metrics() {
            let Some(&expected) = case.values.get(metric.name()) else {
                continue;
            };
            let mut count = metric.start();
            let samples = case.shape[0];
            for part in [
                0..samples / 3,
                samples / 3..samples / 3 + 1,
                samples / 3 + 1..samples,
            ] {
                let outputs = outputs.slice(0, part.clone()).unwrap();
                let targets = targets.slice(0, part.clone()).unwrap();
                match &case.weights {
                    None => count.add(&outputs, &targets).unwrap(),
                    Some(weights) => {
                        let weights = Tensor::from(weights[part].to_vec());
                        count.add_weighted(&outputs, &targets, &weights).unwrap();
                    }
                }
            }
            let (name, value) = (metric.name(), count.value());
            let expected = expected.unwrap_or(f64::NAN);
            // Sums of 40 numbers in another order.
            let tolerance = 1e-13 * (1.0 + expected.abs());
            assert!(
                (value - expected).abs() <= tolerance || (value.is_nan() && expected.is_nan()),
                "case {index}, {}: {name} is {value}, not {expected}",
                case.task
            );
            compared.insert(name.to_owned());
        }
    }
    assert_eq!(compared.len(), metrics().len(), "{compared:?}");
}

#[test]
fn curves_are_those_of_scikit_learn() {
    let close = |ours: &[f64], theirs: &[f64]| {
        assert_eq!(ours.len(), theirs.len());
        for (x, y) in ours.iter().zip(theirs) {
            assert!((x - y).abs() <= 1e-14, "{ours:?}\n{theirs:?}");
        }
    };
    let (plain, weighted) = (reference().curves, weighted().curves);
    assert!(!plain.is_empty() && !weighted.is_empty());
    for case in plain.into_iter().chain(weighted) {
        let (scores, targets) = (Tensor::from(case.scores), Tensor::from(case.targets));
        let weights = case.weights.map(Tensor::from);
        let roc = match &weights {
            None => RocCurve::new(&scores, &targets),
            Some(weights) => RocCurve::weighted(&scores, &targets, weights),
        };
        let roc = roc.unwrap();
        close(&roc.false_positive_rate, &case.false_positive_rate);
        close(&roc.true_positive_rate, &case.true_positive_rate);
        close(&roc.thresholds[1..], &case.roc_thresholds);
        close(&[roc.area()], &[case.roc_auc]);
        let curve = match &weights {
            None => PrecisionRecallCurve::new(&scores, &targets),
            Some(weights) => PrecisionRecallCurve::weighted(&scores, &targets, weights),
        };
        let curve = curve.unwrap();
        close(&curve.precision, &case.precision);
        close(&curve.recall, &case.recall);
        close(&curve.thresholds, &case.thresholds);
        close(&[curve.area()], &[case.pr_area]);
        close(&[curve.average_precision()], &[case.average_precision]);
    }
}

#[test]
fn weighted_confusion_matrices_are_those_of_scikit_learn() {
    let cases = weighted().matrices;
    assert!(!cases.is_empty());
    for case in cases {
        let (predicted, targets) = (Tensor::from(case.predicted), Tensor::from(case.targets));
        let weights = Tensor::from(case.weights);
        let mut matrix = ConfusionMatrix::new(4);
        // In two batches.
        for part in [0..3, 3..weights.count()] {
            let [predicted, targets] =
                [&predicted, &targets].map(|classes| classes.slice(0, part.clone()).unwrap());
            let weights = weights.slice(0, part).unwrap();
            matrix.add_weighted(&predicted, &targets, &weights).unwrap();
        }
        let report = matrix.report();
        assert_eq!(report.to_string().lines().count(), 4 + 4);
        for class in 0..4 {
            for other in 0..4 {
                assert_eq!(matrix.weight(class, other), case.matrix[class * 4 + other]);
            }
            let ours = [
                matrix.precision(class),
                matrix.recall(class),
                matrix.f1(class),
                report.weight(class),
            ];
            let theirs = [
                case.precision[class],
                case.recall[class],
                case.f1[class],
                case.support[class],
            ];
            // The weights are sums of powers of two, so that the shares alone are rounded.
            let close = |(x, y): (&f64, &f64)| (x - y).abs() <= 1e-15;
            assert!(ours.iter().zip(&theirs).all(close), "{ours:?} {theirs:?}");
        }
        assert!((matrix.accuracy() - case.accuracy).abs() <= 1e-15);
    }
}
