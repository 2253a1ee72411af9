//! Each kind of task from data to prediction.

use backprop_datasets::TensorDataset;
use backprop_datasets::synthetic::moons;
use backprop_layers::{Linear, Tanh, sequential};
use backprop_optim::Adam;
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, AveragePrecision, BinaryCrossEntropy, CrossEntropy, F1, LogLoss, MeanAbsoluteError,
    MeanSquaredError, Progress, R2, RocAuc, RocCurve, RootMeanSquaredError, TopK, Trainer, predict,
    predict_classes, predict_labels, predict_probabilities,
};

fn share(predicted: &Tensor<i64>, targets: &Tensor<i64>) -> f64 {
    let right = predicted
        .equal(targets)
        .unwrap()
        .count_true(..)
        .unwrap()
        .item()
        .unwrap();
    right as f64 / targets.count() as f64
}

#[test]
fn binary() {
    let rng = &mut Rng::seed(0);
    let (train, test) = moons(300, 0.1, rng).unwrap().split(0.7, rng).unwrap();
    let mut model = sequential![Linear::new(2, 12, rng), Tanh, Linear::new(12, 1, rng)];
    let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.03))
        .epochs(200)
        .metric(Accuracy)
        .metric(F1::default())
        .metric(RocAuc)
        .metric(AveragePrecision)
        .metric(LogLoss)
        .progress(Progress::Silent);
    trainer.fit(&mut model, &train, &test).unwrap();
    let evaluation = trainer.evaluate(&model, &test).unwrap();
    let classes = predict_classes(&model, test.inputs()).unwrap();
    let accuracy = share(&classes, test.targets());
    assert_eq!(evaluation.get("accuracy"), Some(accuracy));
    assert!(
        accuracy > 0.95 && evaluation.get("roc_auc") > Some(0.97),
        "{evaluation:?}"
    );
    // The loss is the log-loss, computed another way.
    assert!((evaluation.loss - evaluation.get("log_loss").unwrap()).abs() < 1e-5);
    let probabilities = predict_probabilities(&model, test.inputs()).unwrap();
    let probabilities = probabilities.reshape([test.len()]).unwrap();
    let sure = probabilities.map(|p| i64::from(p > 0.5)).unwrap();
    assert_eq!(sure, classes);
    let curve = RocCurve::new(&probabilities, test.targets()).unwrap();
    assert!((curve.area() - evaluation.get("roc_auc").unwrap()).abs() < 1e-6);
}

#[test]
fn several_classes_as_bytes() {
    let rng = &mut Rng::seed(0);
    let data = backprop_datasets::iris::load()
        .unwrap()
        .map_targets(|y| y.cast::<u8>())
        .unwrap();
    let mut model = Linear::new(4, 3, rng);
    let mut trainer = Trainer::new(CrossEntropy, Adam::new(0.05))
        .epochs(80)
        .metric(Accuracy)
        .metric(TopK::new(2))
        .progress(Progress::Silent);
    trainer.fit(&mut model, &data, None).unwrap();
    let evaluation = trainer.evaluate(&model, &data).unwrap();
    assert!(
        evaluation.get("accuracy") > Some(0.94) && evaluation.get("top_2") > Some(0.98),
        "{evaluation:?}"
    );
    let probabilities = predict_probabilities(&model, data.inputs()).unwrap();
    assert!(
        probabilities
            .sum(1)
            .unwrap()
            .to_vec()
            .iter()
            .all(|sum| (sum - 1.0).abs() < 1e-5)
    );
}

/// One label says on which side of a line a point lies, another on which of another line; in f64.
#[test]
fn several_labels() {
    let rng = &mut Rng::seed(3);
    let inputs = Tensor::<f64>::uniform([400, 2], -1.0, 1.0, rng).unwrap();
    let points = inputs.to_vec();
    let labels = Tensor::from_fn([400, 2], |i| {
        let (x, y) = (points[i / 2 * 2], points[i / 2 * 2 + 1]);
        f64::from(if i % 2 == 0 { x > y } else { x + y > 0.2 })
    });
    let data = TensorDataset::new(inputs, labels.unwrap()).unwrap();
    let mut model: Linear<f64> = Linear::builder(2, 2).build_as(rng);
    let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.1))
        .epochs(60)
        .metric(Accuracy)
        .progress(Progress::Silent);
    trainer.fit(&mut model, &data, 0.25).unwrap();
    let predicted = predict_labels(&model, data.inputs()).unwrap();
    assert!(share(&predicted, &data.targets().cast().unwrap()) > 0.95);
    let both = trainer.evaluate(&model, &data).unwrap().get("accuracy").unwrap();
    assert!(both > 0.9, "{both}");
}

#[test]
fn regression() {
    let rng = &mut Rng::seed(5);
    let inputs = Tensor::<f32>::uniform([300, 3], -1.0, 1.0, rng).unwrap();
    let x = inputs.to_vec();
    let targets = Tensor::from_fn([300], |i| 2.0 * x[3 * i] - x[3 * i + 1] + 0.5).unwrap();
    let data = TensorDataset::new(inputs, targets).unwrap();
    let mut model = Linear::new(3, 1, rng);
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.05))
        .epochs(60)
        .metric(MeanAbsoluteError)
        .metric(MeanSquaredError)
        .metric(RootMeanSquaredError)
        .metric(R2)
        .progress(Progress::Silent);
    let history = trainer.fit(&mut model, &data, 0.2).unwrap();
    let last = history.last().unwrap().validation.as_ref().unwrap();
    assert!(
        last.get("r2") > Some(0.999) && last.get("mae") < Some(0.05),
        "{last:?}"
    );
    assert!((last.get("rmse").unwrap().powi(2) - last.get("mse").unwrap()).abs() < 1e-12);
    assert!((last.loss - last.get("mse").unwrap()).abs() < 1e-6);
    // The variance of the targets is what takes no learning.
    let variance = f64::from(data.targets().var(.., 0).unwrap().item().unwrap());
    assert!((history.baseline.unwrap() - variance).abs() < 0.2 * variance);
    assert_eq!(predict(&model, data.inputs()).unwrap().shape(), &[300, 1]);
}
