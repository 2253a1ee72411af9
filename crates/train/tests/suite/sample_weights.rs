//! Weights of samples in metrics: a weight of 2 is the same as two such samples, one of 0 as none.

use backprop_autodiff::Param;
use backprop_datasets::TensorDataset;
use backprop_layers::{Layer, Linear};
use backprop_optim::Sgd;
use backprop_tensor::{Float, Numeric, Rng, Tensor};
use backprop_train::{
    Accuracy, AveragePrecision, ClassWeights, ConfusionMatrix, Count, CrossEntropy, LogLoss,
    MeanAbsoluteError, MeanSquaredError, Metric, OwnStep, Perplexity, PrecisionRecallCurve, Progress, R2,
    Result, RocAuc, RocCurve, RootMeanSquaredError, TopK, Trainer,
};
use proptest::prelude::*;

use crate::sklearn::averaged;

fn of_classes() -> Vec<Box<dyn Metric<f32, i64>>> {
    let mut metrics: Vec<Box<dyn Metric<f32, i64>>> = vec![
        Box::new(Accuracy),
        Box::new(TopK::new(2)),
        Box::new(RocAuc),
        Box::new(AveragePrecision),
        Box::new(LogLoss),
        Box::new(Perplexity),
    ];
    metrics.extend(averaged());
    metrics
}

fn of_numbers() -> Vec<Box<dyn Metric<f32, f32>>> {
    vec![
        Box::new(MeanAbsoluteError),
        Box::new(MeanSquaredError),
        Box::new(RootMeanSquaredError),
        Box::new(R2),
    ]
}

/// With whole weights `[n]`, given so, and with as many copies of each sample.
fn both<T: Float, Y: Numeric>(
    metric: &dyn Metric<T, Y>,
    outputs: &Tensor<T>,
    targets: &Tensor<Y>,
    weights: &[usize],
) -> Result<[f64; 2]> {
    let mut weighted = metric.start();
    weighted.add_weighted(
        outputs,
        targets,
        &Tensor::from_fn([weights.len()], |i| weights[i] as f64)?,
    )?;
    let copies = (0_i64..)
        .zip(weights)
        .flat_map(|(i, &weight)| std::iter::repeat_n(i, weight));
    let copies = Tensor::from(copies.collect::<Vec<_>>());
    let mut copied = metric.start();
    copied.add(
        &outputs.index_select(0, &copies)?,
        &targets.index_select(0, &copies)?,
    )?;
    Ok([weighted.value(), copied.value()])
}

/// Of two sums of some dozens of numbers below 20 in another order.
fn same(name: &str, [weighted, copied]: [f64; 2]) -> std::result::Result<(), TestCaseError> {
    let close = (weighted - copied).abs() <= 1e-12 * (1.0 + copied.abs());
    prop_assert!(
        close || (weighted.is_nan() && copied.is_nan()),
        "{name}: {weighted} with weights, {copied} with copies"
    );
    Ok(())
}

proptest! {
    #[test]
    fn weights_are_copies(weights in proptest::collection::vec(0..4_usize, 1..12), width in 1..4_usize, seed: u64) {
        let (rng, n) = (&mut Rng::seed(seed), weights.len());
        // Whole logits, so that there are ties.
        let outputs = Tensor::<i64>::random_integers([n, width], -2, 3, rng).unwrap().cast::<f32>().unwrap();
        let classes = Tensor::<i64>::random_integers([n], 0, width.max(2) as i64, rng).unwrap();
        let labels = Tensor::<i64>::random_integers([n, width], 0, 2, rng).unwrap();
        for metric in of_classes() {
            let name = metric.name();
            if width > 1 || !name.starts_with("top") {
                same(name, both(&*metric, &outputs, &classes, &weights).unwrap())?;
            }
            if !name.starts_with("top") {
                same(name, both(&*metric, &outputs, &labels, &weights).unwrap())?;
            }
        }
        let numbers = Tensor::<f32>::uniform([n, width], -2.0, 2.0, rng).unwrap();
        // R² of one sample is NaN, however much it weighs, but a copy of it is another sample.
        let several = weights.iter().filter(|&&weight| weight > 0).count() > 1;
        for metric in of_numbers().into_iter().filter(|metric| several || metric.name() != "r2") {
            same(metric.name(), both(&*metric, &outputs, &numbers, &weights).unwrap())?;
        }
    }

    /// Of words in sequences, each may have a weight of its own; what has none is passed over, whatever its class.
    #[test]
    fn targets_have_weights_too(weights in proptest::collection::vec(0..3_usize, 6), seed: u64) {
        let rng = &mut Rng::seed(seed);
        let outputs = Tensor::<f32>::uniform([2, 4, 3], -2.0, 2.0, rng).unwrap();
        let classes = Tensor::<i64>::random_integers([2, 3], 0, 4, rng).unwrap().to_vec();
        let classes = Tensor::from_fn([2, 3], |i| if weights[i] == 0 { -100 } else { classes[i] }).unwrap();
        let of_words = Tensor::from_fn([2, 3], |i| weights[i] as f64).unwrap();
        let rows = outputs.permute([0, 2, 1]).unwrap().reshape([6, 4]).unwrap();
        for metric in of_classes() {
            let mut count = metric.start();
            count.add_weighted(&outputs, &classes, &of_words).unwrap();
            let [_, copied] = both(&*metric, &rows, &classes.reshape([6]).unwrap(), &weights).unwrap();
            same(metric.name(), [count.value(), copied])?;
        }
    }
}

#[test]
fn what_has_no_weight_may_be_infinite() {
    let weights = Tensor::from([1.0, 0.0]);
    let infinite = Tensor::from([[0.0_f32, 0.0], [f32::NEG_INFINITY, 0.0]]);
    for metric in of_classes() {
        let mut count = metric.start();
        count
            .add_weighted(&infinite, &Tensor::from([0, 0]), &weights)
            .unwrap();
        assert!(
            count.value().is_finite() || metric.name() == "roc_auc",
            "{}",
            metric.name()
        );
    }
    for metric in of_numbers() {
        let mut count = metric.start();
        let outputs = Tensor::from([0.5_f32, f32::INFINITY, 2.0]);
        count
            .add_weighted(
                &outputs,
                &Tensor::from([0.0, 1.0, 1.0]),
                &Tensor::from([1.0, 0.0, 1.0]),
            )
            .unwrap();
        assert!(count.value().is_finite(), "{}", metric.name());
    }
}

#[test]
fn what_is_no_weight_is_an_error() {
    let outputs = Tensor::from([[0.0_f32, 1.0], [1.0, 0.0]]);
    let mut count = Accuracy.start();
    let mut error = |weights: &Tensor<f64>| {
        let result = count.add_weighted(&outputs, &Tensor::from([0_i64, 1]), weights);
        result.unwrap_err().to_string()
    };
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        let expected = format!("accuracy: weight = {weight}: must be a finite number, at least 0");
        assert_eq!(error(&Tensor::from([1.0, weight])), expected);
    }
    assert!(error(&Tensor::from([1.0])).contains("a weight for each sample"));
    assert!(error(&Tensor::from([[1.0, 1.0]])).contains("a weight for each sample"));
    assert!(count.value().is_nan());
}

#[test]
fn curves_and_matrices_take_weights_as_metrics_do() {
    let (scores, targets) = (Tensor::from([0.1_f32, 0.4, 0.8]), Tensor::from([0_i64, 1, 1]));
    let predicted = Tensor::from([0_i64, 0, 1]);
    let errors = |weights: &Tensor<f64>| {
        let mut matrix = ConfusionMatrix::new(2);
        let errors = [
            RocCurve::weighted(&scores, &targets, weights).map(drop),
            PrecisionRecallCurve::weighted(&scores, &targets, weights).map(drop),
            matrix.add_weighted(&predicted, &targets, weights),
        ];
        assert_eq!(matrix, ConfusionMatrix::new(2));
        errors.map(|error| error.unwrap_err().to_string())
    };
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        for error in errors(&Tensor::from([1.0, 1.0, weight])) {
            assert!(error.contains(&format!("weight = {weight}: must be a finite number, at least 0")));
        }
    }
    for error in errors(&Tensor::from([1.0])) {
        assert!(error.contains("a weight for each sample"), "{error}");
    }

    // What weighs nothing is not there, whatever it is.
    let weights = Tensor::from([0.0, 1.0, 2.0]);
    let (none, odd) = (Tensor::from([f32::NAN, 0.4, 0.8]), Tensor::from([7_i64, 0, 1]));
    let [scores, targets] = [
        scores.slice(0, 1..).unwrap(),
        odd.slice(0, 1..).unwrap().cast().unwrap(),
    ];
    let rest = weights.slice(0, 1..).unwrap();
    let roc = RocCurve::weighted(&none, &odd, &weights).unwrap();
    assert_eq!(roc, RocCurve::weighted(&scores, &targets, &rest).unwrap());
    assert_eq!(roc.thresholds.len(), 3);
    let curve = PrecisionRecallCurve::weighted(&none, &odd, &weights).unwrap();
    assert_eq!(
        curve,
        PrecisionRecallCurve::weighted(&scores, &targets, &rest).unwrap()
    );
    let mut matrix = ConfusionMatrix::new(2);
    matrix
        .add_weighted(&Tensor::from([-5, 0, 0]), &odd, &weights)
        .unwrap();
    assert_eq!(
        [matrix.count(0, 0), matrix.count(1, 0), matrix.count(0, 1)],
        [1, 1, 0]
    );
    assert_eq!(
        [matrix.weight(0, 0), matrix.weight(1, 0), matrix.weight(0, 1)],
        [1.0, 2.0, 0.0]
    );
    // Others without weights weigh 1, before and after.
    let mut both = ConfusionMatrix::new(2);
    both.add(&predicted, &predicted).unwrap();
    both.add_weighted(&predicted, &predicted, &Tensor::from([0.25, 0.5, 0.125]))
        .unwrap();
    both.add(&predicted, &predicted).unwrap();
    assert_eq!([both.weight(0, 0), both.weight(1, 1)], [4.75, 2.125]);
    assert_eq!([both.count(0, 0), both.count(1, 1)], [6, 3]);
    assert_eq!(
        (both.accuracy(), both.report().support(0), both.report().weight(0)),
        (1.0, 6, 4.75)
    );
    assert_eq!(both.to_string().lines().last().unwrap(), "1 |       ·  2.1250");
    let written = serde_json::to_string(&both).unwrap();
    assert_eq!(serde_json::from_str::<ConfusionMatrix>(&written).unwrap(), both);
    // One that was written without weights has none.
    let old = r#"{"counts":[1,0,2,3],"classes":2,"names":[]}"#;
    assert_eq!(
        serde_json::from_str::<ConfusionMatrix>(old).unwrap().weight(1, 0),
        2.0
    );
    for damage in [r#""weights":[1.0]"#, r#""weights":[1.0,0.0,-2.0,3.0]"#] {
        let damaged = old.replace(r#""names""#, &format!(r#"{damage},"names""#));
        assert!(serde_json::from_str::<ConfusionMatrix>(&damaged).is_err());
    }
}

/// A metric of one's own that knows of no weights.
#[derive(Debug)]
struct Largest;

impl Metric for Largest {
    fn name(&self) -> &str {
        "largest"
    }

    fn start(&self) -> Box<dyn Count> {
        Box::new(Seen(0.0))
    }
}

struct Seen(f64);

impl Count for Seen {
    fn add(&mut self, output: &Tensor, _: &Tensor<i64>) -> Result<()> {
        self.0 = output
            .to_vec()
            .iter()
            .fold(self.0, |most, &x| most.max(f64::from(x)));
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0
    }
}

/// The samples that were counted: a metric of one's own that needs no more than `add`.
#[derive(Debug)]
struct Samples(Vec<(f32, i64)>);

impl Count for Samples {
    fn add(&mut self, output: &Tensor, targets: &Tensor<i64>) -> Result<()> {
        self.0.extend(output.to_vec().into_iter().zip(targets.to_vec()));
        Ok(())
    }

    fn value(&self) -> f64 {
        self.0.len() as f64
    }
}

#[test]
fn a_metric_that_does_not_weigh_counts_samples_as_often_as_they_weigh() {
    let (outputs, targets) = (Tensor::from([1.0, f32::NAN, 3.0]), Tensor::from([4, 5, 6]));
    let mut samples = Samples(Vec::new());
    samples
        .add_weighted(&outputs, &targets, &Tensor::from([2.0, 0.0, 1.0]))
        .unwrap();
    samples
        .add_weighted(&outputs, &targets, &Tensor::from([0.0, 0.0, 0.0]))
        .unwrap();
    assert_eq!(samples.0, [(1.0, 4), (1.0, 4), (3.0, 6)]);
}

#[test]
fn a_metric_that_does_not_weigh_refuses_weights_that_it_cannot_count() {
    let (outputs, targets) = (Tensor::from([1.0]), Tensor::from([0]));
    for wrong in [0.5, -1.0, f64::NAN, f64::INFINITY, 65.0, 1e300] {
        let error = Largest
            .start()
            .add_weighted(&outputs, &targets, &Tensor::from([wrong]))
            .unwrap_err();
        assert!(error.to_string().contains("add_weighted"), "{error}");
    }
    let (outputs, targets) = (Tensor::zeros([2, 2]).unwrap(), Tensor::from([[0, 1], [1, 0]]));
    let of_targets = Tensor::from([[1.0, 0.0], [1.0, 1.0]]);
    assert!(
        Largest
            .start()
            .add_weighted(&outputs, &targets, &of_targets)
            .is_err()
    );
}

#[test]
fn weights_of_samples_reach_the_metrics_of_a_trainer() {
    let data = TensorDataset::new(
        Tensor::from([[2.0_f32, 0.0], [0.0, 1.0], [0.0, 3.0]]),
        Tensor::from([0_i64, 0, 1]),
    );
    let data = data
        .unwrap()
        .with_weights(&Tensor::from([1.0, 4.0, 3.0]))
        .unwrap();
    let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.0))
        .epochs(1)
        .class_weights(ClassWeights::Given(vec![0.0, 1.0]))
        .metric(Accuracy)
        .progress(Progress::Silent);
    // The weights of classes are not those of a metric.
    let mut model = Linear::new(2, 2, &mut Rng::seed(0));
    model.weight = Param::new(Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
    model.bias = None;
    let evaluation = trainer.evaluate(&model, &data).unwrap();
    assert_eq!(evaluation.metrics, [("accuracy".to_owned(), 0.5)]);
    let history = trainer.fit(&mut model, &data, &data).unwrap();
    let epoch = &history.epochs[0];
    assert_eq!([epoch.train.metrics[0].1, epoch.judged().metrics[0].1], [0.5; 2]);
    let own = trainer.fit_with(&mut model, &data, None, |step: OwnStep<'_, Linear, Sgd>| {
        let output = step.model.forward(&step.tape.input(step.batch.inputs));
        Ok((output.cross_entropy(&step.batch.targets), output))
    });
    assert_eq!(own.unwrap().epochs[0].train.metrics[0].1, 0.5);
}

/// The weights of a linear model after some steps over so many batches each, and the losses of the epochs.
fn trained<T: Float>(weights: [f64; 4], batches: usize) -> (Vec<T>, Vec<f64>) {
    let inputs = Tensor::from_fn([4, 1], |i| T::from_f64(i as f64 - 1.5)).unwrap();
    let data = TensorDataset::new(inputs, Tensor::from([0_i64, 1, 0, 1])).unwrap();
    let data = data.with_weights(&Tensor::from(weights)).unwrap();
    let mut model: Linear<T> = Linear::builder(1, 2).build_as(&mut Rng::seed(3));
    let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.5))
        .epochs(3)
        .batch_size(1)
        .seed(7);
    trainer = trainer.accumulate(batches).progress(Progress::Silent);
    let history = trainer.fit(&mut model, &data, None).unwrap();
    let losses = history.epochs.iter().map(|epoch| epoch.train.loss).collect();
    (model.weight.value().to_vec(), losses)
}

#[test]
fn the_unit_of_weights_does_not_matter() {
    let weights = [1.0, 3.0, 1.0, 2.0];
    for batches in [1, 3] {
        // The least and the largest that f64 has: the sum of the latter, 7 2^1022, is infinite.
        for power in [-1074, -1000, -150, -140, 120, 130, 1000, 1022] {
            let scaled = weights.map(|weight| weight * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2));
            assert_eq!(
                trained::<f32>(scaled, batches),
                trained::<f32>(weights, batches),
                "2^{power}"
            );
            assert_eq!(
                trained::<f64>(scaled, batches),
                trained::<f64>(weights, batches),
                "2^{power}"
            );
        }
    }
}

#[test]
fn what_weighs_next_to_nothing_beside_other_batches_counts_as_nothing() {
    for powers in [[-170, 170], [-1000, 1000], [-200, 0], [0, 200]] {
        let [small, large] = powers.map(|power| 2_f64.powi(power));
        let model = |weights: [f64; 4]| trained::<f32>(weights, 3).0;
        assert_eq!(model([small, large, large, large]), model([0.0, 1.0, 1.0, 1.0]));
        assert_eq!(model([large, small, large, large]), model([1.0, 0.0, 1.0, 1.0]));
    }
}

#[test]
fn weights_of_a_batch_whose_sum_is_infinite_are_refused() {
    let data = TensorDataset::new(Tensor::<f32>::ones([2, 1]).unwrap(), Tensor::from([0_i64, 1])).unwrap();
    let data = data.with_weights(&Tensor::from([1e308; 2])).unwrap();
    let error = Trainer::new(CrossEntropy, Sgd::new(0.5))
        .evaluate(&Linear::new(1, 2, &mut Rng::seed(0)), &data)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "weights of samples or classes: the sum of a batch must be a finite number: divide them all by the largest"
    );
}
