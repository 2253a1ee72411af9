//! The trainer does what its documentation says, and nothing else to the weights.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use backprop_autodiff::{Tape, Var};
use backprop_datasets::synthetic::moons;
use backprop_datasets::{Batch, Dataset, TensorDataset};
use backprop_layers::{Dropout, Layer, Linear, Tanh, sequential};
use backprop_optim::{Adam, Optimizer, Sgd};
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, Callback, CrossEntropy, Ended, Epoch, Error, MeanSquaredError, OnStep, Progress, Result, Step,
    Trainer, Training, predict, predict_classes,
};

fn data(n: usize) -> TensorDataset {
    moons(n, 0.1, &mut Rng::seed(1)).unwrap()
}

/// The loop in the documentation of `Trainer`, written out.
#[test]
fn a_loop_of_ones_own_gives_the_same_weights_to_the_bit() {
    let train = data(50);
    let rng = &mut Rng::seed(2);
    let mut model = sequential![
        Linear::new(2, 8, rng),
        Tanh,
        Dropout::new(0.3),
        Linear::new(8, 2, rng)
    ];
    let mut own = model.clone();
    let mut trainer = Trainer::new(CrossEntropy, Adam::new(0.01))
        .epochs(3)
        .batch_size(7)
        .seed(5)
        .progress(Progress::Silent);
    trainer.fit(&mut model, &train, None).unwrap();

    let (mut optimizer, mut rng) = (Adam::new(0.01), Rng::seed(5));
    for _ in 0..3 {
        for batch in train.batches(7).shuffle(&mut rng) {
            let tape = Tape::training(rng.next_seed());
            let loss = own
                .forward(&tape.input(batch.inputs))
                .cross_entropy(&batch.targets);
            optimizer.step(&mut own, &loss.backward().unwrap()).unwrap();
        }
    }
    assert_eq!(model, own);
}

/// Mean loss and accuracy over batches of unequal size are those over all samples at once.
#[test]
fn evaluation_is_exact_over_uneven_batches() {
    let data = data(1100);
    let model = Linear::new(2, 2, &mut Rng::seed(3));
    let trainer = Trainer::new(CrossEntropy, Sgd::new(0.1)).metric(Accuracy);
    let evaluation = trainer.evaluate(&model, &data).unwrap();

    let logits = model.forward(&Tape::inference().input(data.inputs().clone()));
    let loss = logits.cross_entropy(data.targets()).item().unwrap();
    assert!((evaluation.loss - f64::from(loss)).abs() < 1e-5);
    let classes = logits.value().unwrap().argmax(-1).unwrap();
    let correct = classes
        .to_vec()
        .iter()
        .zip(data.targets().to_vec())
        .filter(|(x, y)| **x == *y)
        .count();
    assert_eq!(evaluation.get("accuracy"), Some(correct as f64 / 1100.0));
    assert_eq!(evaluation.get("loss"), Some(evaluation.loss));
    assert_eq!(evaluation.get("recall"), None);

    assert_eq!(predict(&model, data.inputs()).unwrap(), *logits.value().unwrap());
    assert_eq!(predict_classes(&model, data.inputs()).unwrap(), classes);
}

#[test]
fn evaluating_does_not_change_the_model() {
    let mut rng = Rng::seed(3);
    let model = sequential![
        Linear::new(2, 4, &mut rng),
        Dropout::new(0.5),
        Linear::new(4, 2, &mut rng)
    ];
    let before = model.clone();
    let trainer = Trainer::new(CrossEntropy, Sgd::new(0.1));
    let first = trainer.evaluate(&model, &data(30)).unwrap();
    assert_eq!(trainer.evaluate(&model, &data(30)).unwrap(), first);
    assert_eq!(model, before);
}

#[test]
fn any_closure_is_a_loss() {
    let inputs = Tensor::from([[0.0_f32], [1.0], [2.0], [3.0]]);
    let data = TensorDataset::new(inputs, Tensor::from([1.0_f32, 3.0, 5.0, 7.0])).unwrap();
    let fit = |trainer: &mut dyn FnMut(&mut Linear)| {
        let mut model = Linear::new(1, 1, &mut Rng::seed(0));
        trainer(&mut model);
        predict(&model, &Tensor::from([[10.0_f32]]))
            .unwrap()
            .item()
            .unwrap()
    };
    let named = fit(&mut |model| {
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.05))
            .epochs(500)
            .progress(Progress::Silent);
        trainer.fit(model, &data, None).unwrap();
    });
    assert!((named - 21.0).abs() < 1e-2, "{named}");
    let own = fit(&mut |model| {
        let squared = |output: &Var, targets: &Tensor| {
            (output.squeeze(-1) - output.constant(targets.clone()))
                .square()
                .mean(..)
        };
        let mut trainer = Trainer::new(squared, Sgd::new(0.05))
            .epochs(500)
            .progress(Progress::Silent);
        trainer.fit(model, &data, None).unwrap();
    });
    assert_eq!(own, named);
}

#[test]
fn shapes_that_only_broadcast_are_no_loss() {
    let data = TensorDataset::new(
        Tensor::<f32>::ones([4, 3]).unwrap(),
        Tensor::<f32>::ones([4, 2]).unwrap(),
    )
    .unwrap();
    let mut model = Linear::new(3, 1, &mut Rng::seed(0));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).progress(Progress::Silent);
    let error = trainer.fit(&mut model, &data, None).unwrap_err();
    assert!(matches!(error, Error::Data { .. }), "{error}");
    let error = trainer.unchecked().fit(&mut model, &data, None).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Step {
                epoch: 1,
                step: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn early_stopping_brings_the_best_weights_back() {
    // A learning rate that grows from step to step: the loss falls, then rises.
    let (train, validation) = data(200).split(0.5, &mut Rng::seed(0)).unwrap();
    let mut model = Linear::new(2, 2, &mut Rng::seed(4));
    let mut trainer = Trainer::new(CrossEntropy, Sgd::new(1e-3))
        .epochs(60)
        .batch_size(10)
        .schedule(|done: f64| (done * 30.0).exp())
        .early_stopping(3)
        .progress(Progress::Silent);
    let history = trainer.fit(&mut model, &train, &validation).unwrap();
    let losses: Vec<f64> = history
        .epochs
        .iter()
        .map(|epoch| epoch.validation.as_ref().unwrap().loss)
        .collect();
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(history.epochs.len() < 60, "{losses:?}");
    assert!(
        losses[losses.len() - 3..].iter().all(|&loss| loss >= best),
        "{losses:?}"
    );
    assert_eq!(trainer.evaluate(&model, &validation).unwrap().loss, best);
    // The schedule has not changed the optimizer for good.
    assert_eq!(trainer.optimizer().learning_rate(), 1e-3);
}

struct StopAfter(usize);

impl Callback for StopAfter {
    fn on_step_end(&mut self, step: &Step<'_>, _: &mut Training<'_>) -> Result<ControlFlow<()>> {
        Ok(if step.step == self.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, training: &mut Training<'_>) -> Result<ControlFlow<()>> {
        assert_eq!((epoch.epoch, training.model.parameter_count()), (1, 6));
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn a_callback_ends_training_after_a_step() {
    let losses = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&losses);
    let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.1))
        .batch_size(10)
        .callback(OnStep(move |step: &Step<'_>| {
            assert!(step.running.loss().is_finite());
            seen.lock().unwrap().push((step.epoch, step.step));
        }))
        .callback(StopAfter(3))
        .progress(Progress::Silent);
    let history = trainer
        .fit(&mut Linear::new(2, 2, &mut Rng::seed(0)), &data(100), None)
        .unwrap();
    assert_eq!(*losses.lock().unwrap(), [(1, 1), (1, 2), (1, 3)]);
    assert_eq!(history.epochs.len(), 1);
    assert_eq!(history.ended, Ended::Callback("StopAfter".into()));
}

/// Data that cannot be read after a while.
struct Broken;

impl Dataset for Broken {
    type Input = f32;
    type Target = i64;

    fn len(&self) -> usize {
        20
    }

    fn batch(&self, indices: &[usize]) -> backprop_datasets::Result<Batch> {
        if indices.len() < 8 {
            return Err(backprop_datasets::Error::other("the disk is gone"));
        }
        data(20).batch(indices)
    }
}

#[test]
fn data_that_fails_ends_training_with_the_place() {
    let mut model = Linear::new(2, 2, &mut Rng::seed(0));
    let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.1))
        .batch_size(8)
        .progress(Progress::Silent);
    let error = trainer.fit(&mut model, &Broken, None).unwrap_err().to_string();
    assert!(
        error.starts_with("epoch 1, step 3: ") && error.ends_with("the disk is gone"),
        "{error}"
    );
}
