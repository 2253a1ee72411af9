//! Metrics against counting by hand, and whatever the batches are.

use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, Average, AveragePrecision, Count, F1, LogLoss, MeanAbsoluteError, MeanSquaredError, Metric,
    Perplexity, Precision, PrecisionRecallCurve, R2, Recall, RocAuc, RootMeanSquaredError, TopK,
};
use proptest::prelude::*;

type Boxed = Box<dyn Metric<f32, i64>>;

fn of_classes() -> Vec<Boxed> {
    vec![
        Box::new(Accuracy),
        Box::new(TopK::new(2)),
        Box::new(Precision::new(Average::Macro)),
        Box::new(Recall::new(Average::Weighted)),
        Box::new(F1::new(Average::Micro)),
        Box::new(F1::default()),
        Box::new(RocAuc),
        Box::new(AveragePrecision),
        Box::new(LogLoss),
        Box::new(Perplexity),
    ]
}

fn of_numbers() -> Vec<Box<dyn Metric<f32, f32>>> {
    vec![
        Box::new(MeanAbsoluteError),
        Box::new(MeanSquaredError),
        Box::new(RootMeanSquaredError),
        Box::new(R2),
    ]
}

/// The samples in parts: after each sample, whether a batch ends there.
fn parts(cuts: &[bool]) -> Vec<std::ops::Range<usize>> {
    let mut starts = vec![0];
    starts.extend((1..cuts.len()).filter(|&i| cuts[i]));
    let ends = starts[1..].iter().copied().chain([cuts.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

fn same<T, Y>(
    metric: &dyn Metric<T, Y>,
    outputs: &Tensor<T>,
    targets: &Tensor<Y>,
    cuts: &[bool],
) -> Result<(), TestCaseError>
where
    Y: backprop_tensor::Numeric,
    T: backprop_tensor::Float,
{
    let mut whole = metric.start();
    whole.add(outputs, targets).unwrap();
    let mut count = metric.start();
    for part in parts(cuts) {
        // In the middle of an epoch, a count can go on from its state.
        let mut resumed = metric.start();
        resumed.restore(&count.state().unwrap()).unwrap();
        count = resumed;
        let outputs = outputs.slice(0, part.clone()).unwrap();
        count.add(&outputs, &targets.slice(0, part).unwrap()).unwrap();
    }
    prop_assert_eq!(
        count.value().to_bits(),
        whole.value().to_bits(),
        "{}",
        metric.name()
    );
    Ok(())
}

proptest! {
    #[test]
    fn batches_do_not_matter(cuts in proptest::collection::vec(any::<bool>(), 1..30), seed: u64, width in 1..5_usize) {
        let (rng, n) = (&mut Rng::seed(seed), cuts.len());
        let outputs = Tensor::<f32>::uniform([n, width], -2.0, 2.0, rng).unwrap();
        let labels = Tensor::<i64>::random_integers([n, width], 0, 2, rng).unwrap();
        let classes = Tensor::<i64>::random_integers([n], 0, width.max(2) as i64, rng).unwrap();
        let numbers = Tensor::<f32>::uniform([n, width], -2.0, 2.0, rng).unwrap();
        for metric in of_classes() {
            if width > 1 || !metric.name().starts_with("top") {
                same(&*metric, &outputs, &classes, &cuts)?;
            }
            if !metric.name().starts_with("top") {
                same(&*metric, &outputs, &labels, &cuts)?;
            }
        }
        for metric in of_numbers() {
            same(&*metric, &outputs, &numbers, &cuts)?;
        }
    }

    /// Few different scores, so that there are many ties.
    #[test]
    fn areas_are_those_of_pairs(samples in proptest::collection::vec((0..6_i64, 0..2_i64), 1..40)) {
        let (scores, targets): (Vec<i64>, Vec<i64>) = samples.iter().copied().unzip();
        let scores = Tensor::from(scores).cast::<f32>().unwrap();
        let value = |metric: &dyn Metric<f32, i64>| {
            let mut count = metric.start();
            count.add(&scores, &Tensor::from(targets.clone())).unwrap();
            count.value()
        };
        let of = |class: i64| samples.iter().filter(move |sample| sample.1 == class).map(|sample| sample.0);
        // How many pairs are in the right order; equal scores are half a pair.
        let mut right = 0.0;
        for positive in of(1) {
            right += of(0).map(|negative| if positive > negative { 1.0 } else if positive == negative { 0.5 } else { 0.0 }).sum::<f64>();
        }
        let pairs = (of(1).count() * of(0).count()) as f64;
        let area = value(&RocAuc);
        prop_assert!((area - right / pairs).abs() < 1e-12 || (pairs == 0.0 && area.is_nan()));

        // The precision at each positive sample's score, averaged.
        let precision = |threshold: i64| {
            let above = samples.iter().filter(|sample| sample.0 >= threshold);
            above.clone().filter(|sample| sample.1 == 1).count() as f64 / above.count() as f64
        };
        let expected = of(1).map(precision).sum::<f64>() / (of(1).count() as f64).max(1.0);
        prop_assert!((value(&AveragePrecision) - expected).abs() < 1e-12);
        let curve = PrecisionRecallCurve::new(&scores, &Tensor::from(targets.clone())).unwrap();
        prop_assert_eq!(curve.average_precision(), value(&AveragePrecision));
    }

    #[test]
    fn rates_are_those_of_counting(pairs in proptest::collection::vec((0..4_i64, 0..4_usize), 1..40)) {
        let outputs = Tensor::from_fn([pairs.len(), 4], |i| f32::from(pairs[i / 4].1 == i % 4)).unwrap();
        let targets = Tensor::from(pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
        let value = |metric: &dyn Metric<f32, i64>| {
            let mut count = metric.start();
            count.add(&outputs, &targets).unwrap();
            count.value()
        };
        let count = |test: &dyn Fn(i64, i64) -> bool| pairs.iter().filter(|pair| test(pair.0, pair.1 as i64)).count() as f64;
        let share = |part: f64, of: f64| if of == 0.0 { 0.0 } else { part / of };
        let present: Vec<i64> = (0..4).filter(|&c| count(&|t, p| t == c || p == c) > 0.0).collect();
        let rates: Vec<[f64; 3]> = present.iter().map(|&c| {
            let (hits, taken, of_class) = (count(&|t, p| t == c && p == c), count(&|_, p| p == c), count(&|t, _| t == c));
            [share(hits, taken), share(hits, of_class), share(2.0 * hits, taken + of_class)]
        }).collect();
        let macro_average = |rate: usize| rates.iter().map(|rates| rates[rate]).sum::<f64>() / present.len() as f64;
        let weighted = |rate: usize| present.iter().zip(&rates).map(|(&c, rates)| rates[rate] * count(&|t, _| t == c)).sum::<f64>() / pairs.len() as f64;
        let correct = count(&|t, p| t == p) / pairs.len() as f64;
        for (metric, expected) in [
            (Box::new(Precision::default()) as Boxed, macro_average(0)),
            (Box::new(Recall::new(Average::Macro)), macro_average(1)),
            (Box::new(F1::new(Average::Macro)), macro_average(2)),
            (Box::new(Precision::new(Average::Weighted)), weighted(0)),
            (Box::new(Recall::new(Average::Weighted)), correct),
            (Box::new(F1::new(Average::Weighted)), weighted(2)),
            (Box::new(F1::new(Average::Micro)), correct),
            (Box::new(Accuracy), correct),
            (Box::new(TopK::new(1)), pairs.iter().filter(|pair| pair.0 == pair.1 as i64).count() as f64 / pairs.len() as f64),
        ] {
            prop_assert!((value(&*metric) - expected).abs() < 1e-12, "{} is {}, not {expected}", metric.name(), value(&*metric));
        }
    }

    /// Whatever shapes and numbers, a metric gives a number or an error.
    #[test]
    fn nothing_panics(
        shape in proptest::collection::vec(0..4_usize, 0..4),
        targets in proptest::collection::vec(0..4_usize, 0..4),
        seed: u64,
        special in prop::sample::select(vec![0.0_f32, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]),
    ) {
        let rng = &mut Rng::seed(seed);
        let outputs = Tensor::<f32>::uniform(&shape[..], -1.0, 1.0, rng).unwrap();
        let outputs = outputs.map(|x| if x > 0.5 { special } else { x }).unwrap();
        let classes = Tensor::<i64>::random_integers(&targets[..], -1, 4, rng).unwrap();
        let good = Tensor::<i64>::random_integers(&targets[..], 0, 2, rng).unwrap();
        for metric in of_classes() {
            for targets in [&classes, &good] {
                let mut count = metric.start();
                let _ = count.add(&outputs, targets);
                let _ = (count.value(), count.state());
                let _ = count.restore(&seed.to_le_bytes());
                let _ = count.add(&outputs, targets);
            }
        }
        let numbers = Tensor::<f32>::full(&targets[..], special).unwrap();
        for metric in of_numbers() {
            let mut count = metric.start();
            let _ = count.add(&outputs, &numbers);
            let _ = count.value();
        }
    }
}

fn value(metric: &dyn Metric<f32, i64>, outputs: &Tensor, targets: &Tensor<i64>) -> f64 {
    let mut count: Box<dyn Count> = metric.start();
    count.add(outputs, targets).unwrap();
    count.value()
}

#[test]
fn tasks_follow_from_shapes() {
    let column = Tensor::from([[2.0_f32], [-1.0], [0.5]]);
    let targets = Tensor::from([1_i64, 0, 0]);
    assert_eq!(value(&Accuracy, &column, &targets), 2.0 / 3.0);
    assert_eq!(value(&Accuracy, &column.squeeze(1).unwrap(), &targets), 2.0 / 3.0);
    let column_of_targets = targets.unsqueeze(1).unwrap();
    assert_eq!(value(&Accuracy, &column, &column_of_targets), 2.0 / 3.0);
    // All labels of a sample must be right.
    let labels = Tensor::from([[2.0_f32, -1.0], [1.0, 1.0]]);
    assert_eq!(
        value(&Accuracy, &labels, &Tensor::from([[1_i64, 0], [0, 1]])),
        0.5
    );
    // Classes on the second axis, of two words in each of two sequences.
    let words = Tensor::from([[[3.0_f32, 0.0], [0.0, 3.0]], [[0.0, 0.0], [1.0, 1.0]]]);
    assert_eq!(
        value(&Accuracy, &words, &Tensor::from([[0_i64, 1], [1, 0]])),
        0.75
    );
    assert_eq!(
        value(&Perplexity, &Tensor::zeros([3, 7]).unwrap(), &targets),
        7.0_f64.ln().exp()
    );
}

#[test]
fn nothing_counted_is_no_number() {
    for metric in of_classes() {
        assert!(metric.start().value().is_nan(), "{}", metric.name());
    }
    for metric in of_numbers() {
        assert!(metric.start().value().is_nan(), "{}", metric.name());
    }
}

#[test]
fn targets_that_are_no_classes_are_errors() {
    let outputs = Tensor::<f32>::zeros([2, 3]).unwrap();
    let mut count = Accuracy.start();
    let error = count.add(&outputs, &Tensor::from([0, 3])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "accuracy: target = 3: must be a class from 0 to 2"
    );
    assert!(count.value().is_nan());
}

/// The exact area of a class: of each pair, whether the first has the larger probability, or both the same. With whole logits, probabilities are
/// equal only if the differences to the other logits are, in some order: powers of e are independent over the whole numbers.
fn exact_area(logits: &[Vec<i64>], targets: &[i64], class: usize) -> Option<f64> {
    let differences = |row: &[i64]| {
        let mut differences: Vec<i64> = row.iter().map(|x| x - row[class]).collect();
        differences.sort_unstable();
        differences
    };
    let odds = |differences: &[i64]| -> f64 { differences.iter().map(|&d| (d as f64).exp()).sum() };
    let (mut right, mut pairs) = (0.0, 0.0);
    for (positive, _) in logits
        .iter()
        .zip(targets)
        .filter(|(_, target)| **target == class as i64)
    {
        for (negative, _) in logits
            .iter()
            .zip(targets)
            .filter(|(_, target)| **target != class as i64)
        {
            let (own, other) = (differences(positive), differences(negative));
            let (x, y) = (odds(&own), odds(&other));
            // What is not equal can be told apart.
            assert!(own == other || (x / y - 1.0).abs() > 1e-12);
            right += if own == other { 0.5 } else { f64::from(x < y) };
            pairs += 1.0;
        }
    }
    (pairs > 0.0).then_some(right / pairs)
}

#[test]
fn equal_outputs_of_whole_logits_count_half() {
    let mut ties = 0;
    for seed in 0..300 {
        let rng = &mut Rng::seed(seed);
        let (n, classes) = (2 + rng.below(10), 2 + rng.below(4));
        let row = |rng: &mut Rng| {
            (0..classes)
                .map(|_| rng.below(7) as i64 - 3)
                .collect::<Vec<i64>>()
        };
        let logits: Vec<Vec<i64>> = (0..n).map(|_| row(rng)).collect();
        let targets: Vec<i64> = (0..n).map(|_| rng.below(classes) as i64).collect();
        let areas: Vec<f64> = (0..classes)
            .filter_map(|class| exact_area(&logits, &targets, class))
            .collect();
        let expected = areas.iter().sum::<f64>() / areas.len() as f64;
        ties += usize::from(areas.iter().any(|area| (area * 1e6).fract() != 0.0));
        let outputs = Tensor::from(logits.concat())
            .cast::<f32>()
            .unwrap()
            .reshape([n, classes])
            .unwrap();
        let area = value(&RocAuc, &outputs, &Tensor::from(targets));
        assert!(
            (area - expected).abs() < 1e-12 || areas.is_empty() && area.is_nan(),
            "set {seed}: {area}, not {expected}"
        );
    }
    assert!(ties > 0);
}
