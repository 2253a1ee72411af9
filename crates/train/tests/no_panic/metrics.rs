//! What is reported beside the loss.

use backprop_tensor::{Numeric, Tensor};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, Source};
use backprop_train::{
    Accuracy, Average, AveragePrecision, ClassReport, ConfusionMatrix, F1, LogLoss, MeanAbsoluteError,
    MeanSquaredError, Metric, Perplexity, Precision, PrecisionRecallCurve, R2, Recall, RocAuc, RocCurve,
    RootMeanSquaredError, TopK,
};

use super::{outputs, seen};

fn average(s: &mut Source) -> Average {
    [
        Average::Automatic,
        Average::Macro,
        Average::Micro,
        Average::Weighted,
    ][s.rng.below(4)]
}

pub(super) fn metric<Y: Numeric>(s: &mut Source) -> Box<dyn Metric<f32, Y>> {
    match s.rng.below(13) {
        0 => Box::new(AveragePrecision),
        1 => Box::new(F1::new(average(s))),
        2 => Box::new(LogLoss),
        3 => Box::new(MeanAbsoluteError),
        4 => Box::new(MeanSquaredError),
        5 => Box::new(Perplexity),
        6 => Box::new(Precision::new(average(s))),
        7 => Box::new(R2),
        8 => Box::new(Recall::new(average(s))),
        9 => Box::new(RocAuc),
        10 => Box::new(RootMeanSquaredError),
        11 => Box::new(TopK::new(s.length())),
        _ => Box::new(Accuracy),
    }
}

/// One for each sample, or any.
fn weights(s: &mut Source, targets: &[usize]) -> Tensor<f64> {
    match s.flag() {
        true => Tensor::ones([targets.first().copied().unwrap_or(0).min(9)]).unwrap_or_default(),
        false => s.tensor::<f64>(),
    }
}

/// Some batches, between which the count goes out and in, seldom not as it was.
fn counted<Y: Numeric + Sample>(s: &mut Source) -> String {
    let metric = metric::<Y>(s);
    let mut count = metric.start();
    let mut seen = metric.name().to_owned();
    for _ in 0..3 {
        let (output, targets) = outputs(s);
        let added = match s.flag() {
            true => count.add(&output, &targets),
            false => {
                let weights = weights(s, targets.shape());
                count.add_weighted(&output, &targets, &weights)
            }
        };
        seen += &super::seen(&added);
        if s.seldom(3) {
            let mut state = count.state().unwrap_or_default();
            if s.seldom(3) {
                damage(&mut state, s);
            }
            seen += &super::seen(&count.restore(&state));
        }
        seen += &count.value().to_string();
    }
    seen
}

/// Cuts bytes off, changes them, makes them up, or puts a number in the place of a byte that no counter can be counted on from.
pub(super) fn damage(bytes: &mut Vec<u8>, s: &mut Source) {
    match s.rng.below(6) {
        0 => bytes.truncate(s.rng.below(bytes.len() + 1)),
        1 => *bytes = (0..s.rng.below(60)).map(|_| s.rng.below(256) as u8).collect(),
        2 => bytes.extend((0..s.rng.below(4)).map(|_| s.rng.below(256) as u8)),
        _ if bytes.is_empty() => {}
        3 => {
            for _ in 0..=s.rng.below(3) {
                let place = s.rng.below(bytes.len());
                bytes[place] = s.rng.below(256) as u8;
            }
        }
        _ => {
            for _ in 0..=s.rng.below(3) {
                let place = s.rng.below(bytes.len());
                // The code of a whole number of eight bytes; in one byte are those up to 250.
                let number = [u64::MAX, u64::MAX - 1, 1 << 63, 1 << 47, 0][s.rng.below(5)].to_le_bytes();
                bytes.splice(place..=place, [253].into_iter().chain(number));
            }
        }
    }
}

fn classes(s: &mut Source) -> Tensor<i64> {
    let extreme = s.seldom(6);
    let class = |s: &mut Source| {
        if extreme {
            s.number()
        } else {
            s.rng.below(3) as i64
        }
    };
    Tensor::from_fn([s.rng.below(4)], |_| class(s)).unwrap_or_default()
}

fn matrix(s: &mut Source) -> (ConfusionMatrix, String) {
    let mut matrix = ConfusionMatrix::new(s.length());
    if s.flag() {
        matrix = matrix.with_names(["a", "", "a long name of a class"]);
    }
    let mut seen = String::new();
    for _ in 0..2 {
        let predicted = classes(s);
        let targets = if s.seldom(4) {
            s.fitting(&predicted)
        } else {
            predicted.flip(0).unwrap_or_default()
        };
        let added = if s.flag() {
            matrix.add(&predicted, &targets)
        } else {
            let weights = weights(s, targets.shape());
            matrix.add_weighted(&predicted, &targets, &weights)
        };
        seen += &super::seen(&added);
    }
    (matrix, seen)
}

fn rates(report: &ClassReport, s: &mut Source) -> String {
    let (class, average) = (s.length(), average(s));
    let averages = [
        report.precision_average(average),
        report.recall_average(average),
        report.f1_average(average),
    ];
    let of_class = [report.precision(class), report.recall(class), report.f1(class)];
    let samples = (report.support(class), report.weight(class));
    format!("{report} {averages:?} {of_class:?} {samples:?}")
}

/// Scores, and whether each is one of a hit; seldom anything.
fn scores(s: &mut Source) -> (Tensor<f32>, Tensor<i64>) {
    if s.seldom(4) {
        return outputs(s);
    }
    let n = s.rng.below(5);
    let targets = Tensor::from_fn([n], |_| s.rng.below(2) as i64).unwrap_or_default();
    (s.of_shape(&[n]), targets)
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        metrics_of_classes |s| counted::<i64>(s);
        metrics_of_bytes |s| counted::<u8>(s);
        metrics_of_numbers |s| counted::<f32>(s);
        confusion_matrix |s| {
            let (matrix, seen) = matrix(s);
            let (class, other) = (s.length(), s.length());
            let of_class = [matrix.recall(class), matrix.precision(class), matrix.f1(class), matrix.accuracy()];
            let cell = (matrix.count(class, other), matrix.weight(class, other));
            format!("{seen} {matrix} {of_class:?} {cell:?} {}", matrix.classes())
        };
        report |s| rates(&matrix(s).0.report(), s);
        roc_curve |s| {
            let (scores, targets) = scores(s);
            let mut curve = if s.flag() {
                RocCurve::new(&scores, &targets)
            } else {
                RocCurve::weighted(&scores, &targets, &weights(s, targets.shape()))
            };
            if let Ok(curve) = &mut curve {
                curve.true_positive_rate.truncate(s.length());
                let _ = curve.area();
            }
            seen(&curve)
        };
        precision_recall_curve |s| {
            let (scores, targets) = scores(s);
            let mut curve = if s.flag() {
                PrecisionRecallCurve::new(&scores, &targets)
            } else {
                PrecisionRecallCurve::weighted(&scores, &targets, &weights(s, targets.shape()))
            };
            if let Ok(curve) = &mut curve {
                curve.recall.truncate(s.length());
                let _ = (curve.area(), curve.average_precision());
            }
            seen(&curve)
        };
    }
}
